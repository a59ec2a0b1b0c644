# Compares the test cases that ctest knows of PROGRAM (those named PREFIX.…) with those the program itself counts.
cmake_minimum_required(VERSION 3.20...3.31)

execute_process(COMMAND "${PROGRAM}" --count --no-colors OUTPUT_VARIABLE counted COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CTEST}" -N -R "^${PREFIX}\\." WORKING_DIRECTORY "${FOLDER}" OUTPUT_VARIABLE listed COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCH "filters: ([0-9]+)" matched "${counted}")
set(in_program "${CMAKE_MATCH_1}")
string(REGEX MATCH "Total Tests: ([0-9]+)" matched "${listed}")
set(in_ctest "${CMAKE_MATCH_1}")
if(in_program STREQUAL "" OR NOT in_program STREQUAL in_ctest)
  message(FATAL_ERROR "${PREFIX}: the program counts ${in_program} test cases, ctest ${in_ctest}")
endif()
message(STATUS "${PREFIX}: ${in_program} test cases, all known to ctest")
