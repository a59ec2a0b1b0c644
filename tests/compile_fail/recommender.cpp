// A user where an item is asked for, or a plain number, is no user or item; what is no scorer, and a model of the other
// scalar, are told in our words.
// fail 1: no matching function for call to
// fail 2: no matching function for call to
// fail 3: no matching
// fail 4: tailor: recommend needs a scorer
// fail 5: tailor: recommend needs a scorer
// fail 6: tailor: recommend_all needs a scorer
// fail 7: tailor: any_scorer holds scorers
// fail 8: tailor: any_scorer and its model must compute in the same type
// fail 9: tailor: a model computes in float or double
#include <tailor/recommender/any_scorer.hpp>
#include <tailor/recommender/popularity.hpp>
#include <tailor/recommender/recommend.hpp>
#include <vector>

namespace rec = tailor::recommender;

int main() {
  const rec::popularity model;
  const std::vector<float> no_model;
  const tailor::user_index user(0);
  const tailor::item_index item(0);
#if TAILOR_FAIL == 1
  rec::recommend(model, item);
#elif TAILOR_FAIL == 2
  rec::recommend(model, 0);
#elif TAILOR_FAIL == 3
  const std::vector<tailor::item_index> items(2, item);
  rec::recommend(model, tailor::span<const tailor::user_index>(items));
#elif TAILOR_FAIL == 4
  rec::recommend(no_model, user);
#elif TAILOR_FAIL == 5
  rec::recommend(3, user);
#elif TAILOR_FAIL == 6
  rec::recommend_all(no_model);
#elif TAILOR_FAIL == 7
  const rec::any_scorer any = no_model;
#elif TAILOR_FAIL == 8
  const rec::basic_any_scorer<double> any = model;
#elif TAILOR_FAIL == 9
  rec::basic_popularity<int> counts;
#else
  const rec::any_scorer any = model;
  rec::recommend(any, user);
  (void)item;
#endif
}
