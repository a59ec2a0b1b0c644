# The documents' matrix: six cosines and the recommendation. Expected values are closed forms, cos(u, v) = u.v / (|u| |v|)
# of the integer matrix.
cmake_minimum_required(VERSION 3.20...3.31)

execute_process(COMMAND "${PROGRAM}" --json OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
string(JSON similarity GET "${printed}" similarity)
string(JSON recommendations GET "${printed}" recommendations)
message(STATUS "similarity ${similarity}\nrecommendations ${recommendations}")
