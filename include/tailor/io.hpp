// SPDX-License-Identifier: BSD-3-Clause
#ifndef TAILOR_IO_HPP
#define TAILOR_IO_HPP

// Needs nlohmann-json; not part of tailor.hpp.

#include "io/archive.hpp"
#include "io/checksum.hpp"
#include "io/file.hpp"
#include "io/model_file.hpp"
#include "io/reader.hpp"
#include "io/safetensors.hpp"
#include "io/weights.hpp"
#include "io/writer.hpp"

#endif
