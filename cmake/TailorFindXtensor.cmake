# Finds xtensor and the one release of xtensor-blas that belongs to it. Installed beside tailorConfig.cmake, so that
# the build and the package decide alike.
#
# xtensor-blas 0.20, 0.21, 0.22, 0.23 go with xtensor 0.24, 0.25, 0.26, 0.27. Nothing else checks this, and a wrong
# pair mixes two layouts of headers.

# The include folders of a target, without generator expressions around them.
function(tailor_include_folders target out)
  set(folders "")
  get_target_property(aliased ${target} ALIASED_TARGET)
  if(aliased)
    set(target ${aliased})
  endif()
  get_target_property(listed ${target} INTERFACE_INCLUDE_DIRECTORIES)
  if(listed)
    foreach(folder IN LISTS listed)
      string(REGEX REPLACE "^\\$<BUILD_INTERFACE:(.*)>$" "\\1" folder "${folder}")
      if(NOT folder MATCHES "^\\$<")
        list(APPEND folders "${folder}")
      endif()
    endforeach()
  endif()
  set(${out} "${folders}" PARENT_SCOPE)
endfunction()

# Reads PREFIX_VERSION_MAJOR and _MINOR from the first of the named headers that the target's folders have.
function(tailor_header_version target prefix out)
  set(version "")
  tailor_include_folders(${target} folders)
  foreach(folder IN LISTS folders)
    foreach(header IN LISTS ARGN)
      if(version STREQUAL "" AND EXISTS "${folder}/${header}")
        file(STRINGS "${folder}/${header}" lines REGEX "^#define ${prefix}_VERSION_(MAJOR|MINOR) +[0-9]+")
        string(REGEX REPLACE "[^0-9;]" "" version "${lines}")
        string(REPLACE ";" "." version "${version}")
      endif()
    endforeach()
  endforeach()
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

function(tailor_xtensor_version out)
  tailor_header_version(xtensor XTENSOR version xtensor/core/xtensor_config.hpp xtensor/xtensor_config.hpp)
  set(${out} "${version}" PARENT_SCOPE)
endfunction()

# Sets `out` to the series of xtensor-blas for a version of xtensor such as 0.24, or to nothing outside 0.24 to 0.27.
function(tailor_paired_blas version out)
  set(series "")
  if(version MATCHES "^0\\.(24|25|26|27)($|\\.)")
    math(EXPR minor "${CMAKE_MATCH_1} - 4")
    set(series "0.${minor}")
  endif()
  set(${out} "${series}" PARENT_SCOPE)
endfunction()

# An xtensor of the supported range, from a target that exists or from find_package.
macro(tailor_find_xtensor)
  if(NOT TARGET xtensor)
    find_package(xtensor 0.24...<0.28 CONFIG QUIET)
  endif()
endmacro()

# The xtensor-blas paired with it, likewise; an existing target of another series is an error.
macro(tailor_find_xtensor_blas)
  tailor_xtensor_version(tailor_xtensor_found)
  tailor_paired_blas("${tailor_xtensor_found}" tailor_blas_series)
  if(tailor_blas_series STREQUAL "")
    message(FATAL_ERROR "tailor: xtensor 0.24 to 0.27 is needed, but the target xtensor is version "
                        "\"${tailor_xtensor_found}\"")
  endif()
  if(NOT TARGET xtensor-blas)
    find_package(xtensor-blas ${tailor_blas_series}...<${tailor_blas_series}.99 CONFIG QUIET)
  endif()
  if(TARGET xtensor-blas)
    tailor_header_version(xtensor-blas XTENSOR_BLAS tailor_blas_found xtensor-blas/xblas_config.hpp)
    if(NOT tailor_blas_found STREQUAL tailor_blas_series)
      message(FATAL_ERROR "tailor: xtensor ${tailor_xtensor_found} needs xtensor-blas ${tailor_blas_series}, but the "
                          "target xtensor-blas is version \"${tailor_blas_found}\"")
    endif()
  endif()
endmacro()
