# MovieLens latest-small, 5 folds: the RMSE of the four kNN variants, as Surprise 1.1.4 gives on the same ratings
# (KNNBasic .9692, KNNWithMeans .9198, KNNWithZScore .9189, KNNBaseline .8971; user-based, MSD, k = 40), within .002.
cmake_minimum_required(VERSION 3.20...3.31)

set(ratings "${DATA}/movielens-latest-small.csv")
if(NOT EXISTS "${ratings}")
  message(STATUS "SKIPPED: ${ratings} is not there; scripts/data brings it")
  return()
endif()
foreach(pair "none=.9692" "mean=.9198" "zscore=.9189" "baseline=.8971")
  string(REGEX MATCH "^(.*)=(.*)$" matched "${pair}")
  set(centring ${CMAKE_MATCH_1})
  set(peer ${CMAKE_MATCH_2})
  execute_process(COMMAND "${PROGRAM}" --ratings "${ratings}" --mode ratings --centring ${centring} --evaluate rating --folds 5 --json
                  OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
  string(JSON rmse GET "${printed}" rmse)
  # CMake counts in integers: compare in units of 1e-5.
  string(REGEX REPLACE "^0?\\.([0-9]+).*$" "\\1" digits "${rmse}00000")
  string(REGEX REPLACE "^\\.([0-9]+)$" "\\1" expected "${peer}")
  string(SUBSTRING "${digits}00000" 0 5 digits)
  math(EXPR difference "${digits} - ${expected}0")
  message(STATUS "${centring}: RMSE ${rmse}, Surprise ${peer}")
  if(difference GREATER 200 OR difference LESS -200)
    message(FATAL_ERROR "${centring}: RMSE ${rmse} is not within .002 of ${peer}")
  endif()
endforeach()
