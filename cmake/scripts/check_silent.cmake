# The library prints nothing and never ends the program: no header of FOLDER names a stream of the process or abort/exit.
cmake_minimum_required(VERSION 3.20...3.31)

file(GLOB_RECURSE headers "${FOLDER}/*.hpp")
set(bad "")
foreach(header IN LISTS headers)
  # core/progress.hpp has the terminal bar, which writes to the stream that it is given.
  file(STRINGS "${header}" lines
       REGEX "std::(cout|cerr|clog)|#include <iostream>|[^a-z_]f?printf *\\(|[^a-z_]puts *\\(|std::(abort|exit|terminate) *\\(|[^a-z_.:]assert *\\(")
  foreach(line IN LISTS lines)
    if(NOT line MATCHES "^ *//")
      string(APPEND bad "${header}: ${line}\n")
    endif()
  endforeach()
endforeach()
if(bad)
  message(FATAL_ERROR "the library must not print or end the program:\n${bad}")
endif()
