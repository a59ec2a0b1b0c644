# Writes OUTPUT for ctest: one test, PREFIX.<name>, for each test case of PROGRAM. (doctest's own script handles names as CMake
# lists, where semicolons and brackets cut or join them.)
cmake_minimum_required(VERSION 3.20...3.31)

execute_process(COMMAND "${PROGRAM}" --list-test-cases --no-colors OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY)
set(script "")
while(TRUE)
  string(FIND "${listed}" "\n" end)
  if(end LESS 0)
    break()
  endif()
  string(SUBSTRING "${listed}" 0 ${end} name)
  math(EXPR end "${end} + 1")
  string(SUBSTRING "${listed}" ${end} -1 listed)
  if(name STREQUAL "" OR name MATCHES "^(\\[doctest\\]|=====)")
    continue()
  endif()
  string(FIND "${script}" "add_test([==[${PREFIX}.${name}]==]" twice)
  if(twice GREATER_EQUAL 0)
    message(FATAL_ERROR "${PREFIX}: two test cases have the name ${name}")
  endif()
  # A comma separates filters. A filter that matches nothing would run nothing and pass: that is a failure.
  string(REPLACE "," "\\," filter "${name}")
  string(APPEND script "add_test([==[${PREFIX}.${name}]==] [==[${PROGRAM}]==] [==[--test-case=${filter}]==])\n"
                       "set_tests_properties([==[${PREFIX}.${name}]==] PROPERTIES LABELS ${PREFIX} "
                       "FAIL_REGULAR_EXPRESSION \"test cases: +0 \")\n")
endwhile()
file(WRITE "${OUTPUT}" "${script}")
