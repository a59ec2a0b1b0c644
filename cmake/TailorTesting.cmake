# How tests are put together. See CONTRIBUTING.md for how to add one.

# For tests that call the compiler themselves: the include folders, joined by |, and the standard.
set(TAILOR_FOLDERS "$<JOIN:$<TARGET_PROPERTY:tailor,INTERFACE_INCLUDE_DIRECTORIES>,|>")
set(TAILOR_STANDARD ${CMAKE_CXX_STANDARD})
if(tailor_xtensor_found VERSION_GREATER_EQUAL 0.27 AND TAILOR_STANDARD LESS 20)
  set(TAILOR_STANDARD 20)
endif()

# `cmake --build … --target tests_<label>` builds what `ctest -L <label>` runs.
function(tailor_test_needs label)
  if(NOT TARGET tests_${label})
    add_custom_target(tests_${label})
  endif()
  add_dependencies(tests_${label} ${ARGN})
endfunction()

# The normal build compiles tests at -O1 to save a third of its time; the C++20 and clang builds test -O3.
set(TAILOR_TESTS_FLAGS "" CACHE STRING "Compiler options for tests, after those of the build type")
function(tailor_tests_flags target)
  target_compile_options(${target} PRIVATE ${TAILOR_TESTS_FLAGS})
endfunction()

# test_<component>: every *_test.cpp of tests/<component>, one program, each test case a test of its own in ctest under the
# name "<component>.<test case>" and the label <component>.
function(tailor_component_test component)
  set(program test_${component})
  add_executable(${program} ${ARGN} $<TARGET_OBJECTS:test_main>)
  tailor_program(${program})
  target_link_libraries(${program} PRIVATE doctest::doctest)
  target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${program} PRIVATE DOCTEST_CONFIG_SUPER_FAST_ASSERTS
                                                TAILOR_TESTS_DIR="${PROJECT_SOURCE_DIR}/tests")
  tailor_test_needs(${component} ${program})
  tailor_tests_flags(${program})
  set(known "${CMAKE_CURRENT_BINARY_DIR}/${program}_tests.cmake")
  add_custom_command(TARGET ${program} POST_BUILD BYPRODUCTS "${known}"
                     COMMAND "${CMAKE_COMMAND}" -D "PROGRAM=$<TARGET_FILE:${program}>" -D "PREFIX=${component}" -D "OUTPUT=${known}"
                             -P "${PROJECT_SOURCE_DIR}/cmake/scripts/discover_tests.cmake"
                     VERBATIM)
  file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/${program}_include.cmake"
       "if(EXISTS \"${known}\")\n  include(\"${known}\")\nelse()\n"
       "  add_test(${component}.NOT_BUILT ${program}_NOT_BUILT)\n"
       "  set_tests_properties(${component}.NOT_BUILT PROPERTIES LABELS ${component})\nendif()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${CMAKE_CURRENT_BINARY_DIR}/${program}_include.cmake")
  add_test(NAME discovery.${component}
           COMMAND "${CMAKE_COMMAND}" -D "PROGRAM=$<TARGET_FILE:${program}>" -D "PREFIX=${component}" -D "FOLDER=${PROJECT_BINARY_DIR}"
                   -D "CTEST=${CMAKE_CTEST_COMMAND}" -P "${PROJECT_SOURCE_DIR}/cmake/scripts/check_discovery.cmake")
  set_tests_properties(discovery.${component} PROPERTIES LABELS ${component})
endfunction()

# bits.<name>: compiles one source, which prints one line, under many flags and, where it is installed, with the other
# compiler, and passes if all print the same line.
function(tailor_add_flag_variants name source label)
  set(programs "")
  set(variants "O0=-O0" "O2=-O2" "O3=-O3" "O3_native=-O3 -march=native" "O2_cxx20=-O2 -std=c++20")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    find_program(TAILOR_OTHER_COMPILER clang++)
  else()
    find_program(TAILOR_OTHER_COMPILER g++)
  endif()
  mark_as_advanced(TAILOR_OTHER_COMPILER)
  foreach(variant IN LISTS variants)
    string(REGEX MATCH "^([^=]+)=(.*)$" matched "${variant}")
    set(program ${name}_${CMAKE_MATCH_1})
    string(REPLACE " " ";" flags "${CMAKE_MATCH_2}")
    add_executable(${program} "${source}")
    tailor_program(${program})
    target_include_directories(${program} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
    target_compile_options(${program} PRIVATE ${flags})
    list(APPEND programs $<TARGET_FILE:${program}>)
    tailor_test_needs(${label} ${program})
  endforeach()
  if(TAILOR_OTHER_COMPILER AND NOT TAILOR_SANITIZE)
    set(other "${CMAKE_CURRENT_BINARY_DIR}/${name}_by_the_other_compiler")
    set(folders "$<TARGET_PROPERTY:tailor,INTERFACE_INCLUDE_DIRECTORIES>")
    file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/tailor/core/*.hpp")
    add_custom_command(OUTPUT "${other}"
                       COMMAND "${TAILOR_OTHER_COMPILER}" -std=c++${TAILOR_STANDARD} -O2 "$<$<BOOL:${folders}>:-I$<JOIN:${folders},;-I>>" "${source}" -o "${other}" -pthread
                       DEPENDS "${source}" ${headers} COMMAND_EXPAND_LISTS VERBATIM)
    add_custom_target(${name}_other_compiler ALL DEPENDS "${other}")
    tailor_test_needs(${label} ${name}_other_compiler)
    list(APPEND programs "${other}")
  endif()
  add_test(NAME bits.${name} COMMAND "${CMAKE_COMMAND}" -D "PROGRAMS=${programs}" -P "${PROJECT_SOURCE_DIR}/cmake/scripts/check_same_line.cmake")
  set_tests_properties(bits.${name} PROPERTIES LABELS ${label})
endfunction()

# compile_fail.<file>.<case>: see tests/compile_fail/CMakeLists.txt.
function(tailor_compile_fail source)
  get_filename_component(name "${source}" NAME_WE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
  file(STRINGS "${source}" expectations REGEX "^// fail [0-9]+: ")
  foreach(line IN LISTS expectations ITEMS "// fail 0: ")
    string(REGEX MATCH "^// fail ([0-9]+): (.*)$" matched "${line}")
    set(case ${CMAKE_MATCH_1})
    set(expected "${CMAKE_MATCH_2}")
    add_test(NAME compile_fail.${name}.${case}
             COMMAND "${CMAKE_COMMAND}" -D "COMPILER=${CMAKE_CXX_COMPILER}" -D "STANDARD=${TAILOR_STANDARD}" -D "FOLDERS=${TAILOR_FOLDERS}"
                     -D "SOURCE=${source}" -D "CASE=${case}" -D "EXPECTED=${expected}" -P "${PROJECT_SOURCE_DIR}/cmake/scripts/check_compile_fail.cmake")
    set_tests_properties(compile_fail.${name}.${case} PROPERTIES LABELS compile_fail)
  endforeach()
endfunction()
