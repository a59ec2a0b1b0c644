# Compiles and runs SOURCE with include folders alone: ours with -I and strict warnings, the dependencies' with -isystem.
cmake_minimum_required(VERSION 3.20...3.31)

set(arguments -std=c++${STANDARD} -O1 -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Werror "-I${OURS}")
string(REPLACE "|" ";" folders "${FOLDERS}")
string(REPLACE "|" ";" libraries "${LIBRARIES}")
foreach(folder IN LISTS folders)
  # The compiler knows these, and loses its way when they are named again.
  if(NOT folder STREQUAL OURS AND NOT folder MATCHES "^(/usr|/usr/local)/include$")
    list(APPEND arguments -isystem "${folder}")
  endif()
endforeach()
list(REMOVE_DUPLICATES libraries)
execute_process(COMMAND "${COMPILER}" ${arguments} "${SOURCE}" -o "${PROGRAM}" ${libraries} -pthread COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${PROGRAM}" COMMAND_ERROR_IS_FATAL ANY)
