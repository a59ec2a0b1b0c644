// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_DATA_DOCUMENTS_HPP
#define TAILOR_DATA_DOCUMENTS_HPP

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace tailor {
inline namespace v0 {
namespace data {

/// Texts that somebody else owns: made of any range of std::string, std::string_view or const char*, or of a list,
/// `{"one text", "another"}`. UTF-8 is expected and nothing else refused.
class documents {
 public:
  documents() = default;
  documents(std::initializer_list<std::string_view> texts) : texts_(texts) {}
  template <class Range>
  documents(const Range& texts) {
    using element = decltype(*std::begin(texts));
    static_assert(
        !std::is_convertible_v<const Range&, std::string_view> && std::is_convertible_v<element, std::string_view>,
        "tailor: documents are a range of texts; a single one is written {text}");
    static_assert(std::is_reference_v<element> || std::is_same_v<std::decay_t<element>, std::string_view> ||
                      std::is_pointer_v<element>,
                  "tailor: documents keep no texts: the range must own them, not make them as it goes");
    for (const std::string_view text : texts) texts_.push_back(text);
  }

  std::size_t size() const noexcept { return texts_.size(); }
  bool empty() const noexcept { return texts_.empty(); }
  std::string_view operator[](std::size_t i) const noexcept { return texts_[i]; }
  std::vector<std::string_view>::const_iterator begin() const noexcept { return texts_.begin(); }
  std::vector<std::string_view>::const_iterator end() const noexcept { return texts_.end(); }
  /// Of all of them.
  std::size_t bytes() const noexcept {
    std::size_t sum = 0;
    for (const std::string_view text : texts_) sum += text.size();
    return sum;
  }

 private:
  std::vector<std::string_view> texts_;
};

}  // namespace data
}  // namespace v0
}  // namespace tailor

#endif
