# Downloads the sources of a header-only project at a pinned commit. Its own CMakeLists.txt is not run (those of xtensor
# 0.26 and later ask for CMake 3.29), so all that is taken is its include folder, as a system folder.
#
# A parent's FetchContent_Declare of the same name, FETCHCONTENT_SOURCE_DIR_<NAME> and FETCHCONTENT_FULLY_DISCONNECTED
# work as usual.
include(FetchContent)

function(tailor_fetch_headers name target repository commit)
  if(NOT TAILOR_FETCH_DEPENDENCIES)
    message(FATAL_ERROR "tailor: ${name} was not found, and TAILOR_FETCH_DEPENDENCIES is off")
  endif()
  message(STATUS "tailor: taking ${name} from ${repository}")
  FetchContent_Declare(${name} GIT_REPOSITORY "${repository}" GIT_TAG "${commit}" SOURCE_SUBDIR tailor-takes-headers-only)
  FetchContent_MakeAvailable(${name})
  if(NOT TARGET ${target})
    string(TOLOWER "${name}" lower)
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    target_include_directories(${target} SYSTEM INTERFACE "${${lower}_SOURCE_DIR}/include")
  endif()
endfunction()

# Whether a download has a chance: it was provided, or its server answers.
function(tailor_can_fetch name repository out)
  set(can OFF)
  string(TOUPPER "${name}" upper)
  if(FETCHCONTENT_SOURCE_DIR_${upper})
    set(can ON)
  elseif(TAILOR_FETCH_DEPENDENCIES AND NOT FETCHCONTENT_FULLY_DISCONNECTED)
    find_package(Git QUIET)
    if(GIT_FOUND)
      execute_process(COMMAND "${CMAKE_COMMAND}" -E env GIT_TERMINAL_PROMPT=0 "${GIT_EXECUTABLE}" ls-remote --quiet "${repository}" HEAD
                      TIMEOUT 10 RESULT_VARIABLE failed OUTPUT_QUIET ERROR_QUIET)
      if(failed EQUAL 0)
        set(can ON)
      endif()
    endif()
  endif()
  set(${out} ${can} PARENT_SCOPE)
endfunction()
