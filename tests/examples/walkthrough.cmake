# The documents' matrix: six cosines, and every recommendation of every user by both methods, in their order, to 1e-12.
# Expected values are closed forms of the integer matrix (cosine; mean weighted by positive cosine), taken with 50 digits.
cmake_minimum_required(VERSION 3.20...3.31)

execute_process(COMMAND "${PROGRAM}" --json OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)

# CMake counts in integers: a number in units of 1e-12, cut off.
function(units number out)
  if(NOT number MATCHES "^[0-9]+(\\.[0-9]+)?$")
    message(FATAL_ERROR "${number} is not a plain number")
  endif()
  string(REGEX MATCH "^([0-9]+)\\.?([0-9]*)$" matched "${number}")
  string(SUBSTRING "${CMAKE_MATCH_2}000000000000" 0 12 decimals)
  set(${out} "${CMAKE_MATCH_1}${decimals}" PARENT_SCOPE)
endfunction()

function(expect what found wanted)
  units("${found}" a)
  units("${wanted}" b)
  math(EXPR difference "${a} - ${b}")
  if(difference GREATER 1 OR difference LESS -1)
    message(FATAL_ERROR "${what}: ${found}, expected ${wanted}")
  endif()
endfunction()

foreach(entry "0 1 0.344123600805843" "0 2 0.865578422901097" "0 3 0.933814526219201" "1 2 0" "1 3 0.301511344577764"
              "2 3 0.775631534992529" "0 0 1" "1 1 1" "2 2 1" "3 3 1")
  string(REPLACE " " ";" entry "${entry}")
  list(GET entry 0 u)
  list(GET entry 1 v)
  list(GET entry 2 wanted)
  string(JSON found GET "${printed}" similarity ${u} ${v})
  expect("cosine of ${u} and ${v}" "${found}" "${wanted}")
  string(JSON found GET "${printed}" similarity ${v} ${u})
  expect("cosine of ${v} and ${u}" "${found}" "${wanted}")
endforeach()

# user, method, then item and score of each pick
foreach(entry "0 user_based 2 1" "0 item_based 2 3" "1 user_based 0 4.066000541842977 3 2.466999729078511"
              "1 item_based 0 1 3 1" "2 user_based 1 2.527402614600270" "2 item_based 1 2.442378081528562" "3 user_based 2 1"
              "3 item_based 2 2")
  string(REPLACE " " ";" entry "${entry}")
  list(POP_FRONT entry user method)
  string(JSON printed_user GET "${printed}" recommendations ${user} user)
  string(JSON picks GET "${printed}" recommendations ${user} ${method})
  string(JSON count LENGTH "${picks}")
  list(LENGTH entry wanted)
  math(EXPR wanted "${wanted} / 2")
  if(NOT printed_user EQUAL user OR NOT count EQUAL wanted)
    message(FATAL_ERROR "user ${user}, ${method}: ${count} picks, expected ${wanted}:\n${picks}")
  endif()
  set(place 0)
  while(entry)
    list(POP_FRONT entry item score)
    string(JSON found GET "${picks}" ${place} item)
    if(NOT found EQUAL item)
      message(FATAL_ERROR "user ${user}, ${method}, place ${place}: item ${found}, expected ${item}")
    endif()
    string(JSON found GET "${picks}" ${place} score)
    expect("user ${user}, ${method}, item ${item}" "${found}" "${score}")
    math(EXPR place "${place} + 1")
  endwhile()
endforeach()
