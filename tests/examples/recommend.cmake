# `recommend` as a person and a script use it: exit codes with one line of reason on stderr, the JSON fields of DESIGN.md,
# --all --out read back as --ratings, the same output for any --threads and for the same --seed.
cmake_minimum_required(VERSION 3.20...3.31)

string(RANDOM LENGTH 8 folder)
set(folder "${CMAKE_CURRENT_BINARY_DIR}/recommend_${folder}")
file(MAKE_DIRECTORY "${folder}")

# --- files: 40 users with 12 events each on 30 items, and small ones -----------------------------------------------------

set(rows "userId,movieId,rating,timestamp,title\n")
foreach(user RANGE 39)
  foreach(event RANGE 11)
    math(EXPR item "(${user} * 7 + ${event} * 11 + ${event} * ${event} * (${user} % 5)) % 30")
    math(EXPR rating "1 + (${user} + ${item} * ${item} + ${event}) % 5")
    math(EXPR time "1500000000 + ${event} * 1000 + ${user}")
    string(APPEND rows "u${user},i${item},${rating},${time},\"Item, no. ${item}\"\n")
  endforeach()
endforeach()
set(ratings "${folder}/ratings.csv")
file(WRITE "${ratings}" "${rows}")
file(WRITE "${folder}/empty.csv" "")
file(WRITE "${folder}/no_rows.csv" "user,item,rating\n")
file(WRITE "${folder}/one.csv" "user,item,rating\na,x,5\n")
file(WRITE "${folder}/bad.csv" "user,item,rating\na,x,5\na,y,much\nb,x,4\nb,z,3\n")
file(WRITE "${folder}/unnamed.csv" "name,thing\na,x\nb,x\nb,y\n")
set(small "a,x,5|b,x,4|b,y,3|a,z,2|c,x,5|c,y,4")
string(REPLACE "|" "\n" lines "${small}")
file(WRITE "${folder}/comma.csv" "user,item,rating\n${lines}\n")
string(REPLACE "," ";" lines_semicolon "${lines}")
file(WRITE "${folder}/semicolon.csv" "user;item;rating\n${lines_semicolon}\n")
string(REPLACE "," "\t" lines_tab "${lines}")
file(WRITE "${folder}/tab.tsv" "${lines_tab}\n")
string(REPLACE "," "::" lines_colons "${lines}")
file(WRITE "${folder}/colons.dat" "${lines_colons}\n")
file(WRITE "${folder}/titles.csv" "item_id,title\ny,\"Why, oh why\"\nz,\n")

# --- helpers -------------------------------------------------------------------------------------------------------------

# Runs the program with these flags; its output is in ${out}.
function(recommend out)
  execute_process(COMMAND "${PROGRAM}" ${ARGN} RESULT_VARIABLE code OUTPUT_VARIABLE printed ERROR_VARIABLE complaint)
  if(NOT code EQUAL 0 OR NOT complaint STREQUAL "")
    message(FATAL_ERROR "recommend ${ARGN}: exit ${code}, stderr: ${complaint}")
  endif()
  set(${out} "${printed}" PARENT_SCOPE)
endfunction()

# It must exit with `code`, print nothing and give one line of reason that contains `reason`.
function(recommend_fails code reason)
  execute_process(COMMAND "${PROGRAM}" ${ARGN} RESULT_VARIABLE found OUTPUT_VARIABLE printed ERROR_VARIABLE complaint)
  string(REGEX REPLACE "\n$" "" complaint "${complaint}")
  string(FIND "${complaint}" "${reason}" at)
  string(LENGTH "${complaint}" length)
  if(NOT found EQUAL code OR NOT printed STREQUAL "" OR at EQUAL -1 OR complaint MATCHES "\n" OR length GREATER 400)
    message(FATAL_ERROR "recommend ${ARGN}: exit ${found}, expected ${code} with one line about '${reason}':\n${complaint}\n${printed}")
  endif()
endfunction()

function(expect_fields json)
  foreach(field IN LISTS ARGN)
    string(JSON value ERROR_VARIABLE missing GET "${json}" "${field}")
    if(missing)
      message(FATAL_ERROR "no field ${field} in\n${json}")
    endif()
  endforeach()
endfunction()

# Two JSON objects that differ in nothing but their seconds.
function(expect_same a b)
  foreach(name a b)
    string(REGEX REPLACE "\"[a-z]+_seconds\": [-+0-9.e]+" "" ${name} "${${name}}")
  endforeach()
  if(NOT a STREQUAL b)
    message(FATAL_ERROR "expected the same output, found\n${a}\nand\n${b}")
  endif()
endfunction()

# --- bad data: exit 1 ----------------------------------------------------------------------------------------------------

recommend_fails(1 "no_such_file.csv" --ratings "${folder}/no_such_file.csv")
recommend_fails(1 "empty" --ratings "${folder}/empty.csv")
recommend_fails(1 "at least one row" --ratings "${folder}/no_rows.csv")
recommend_fails(1 "bad.csv:3:5" --ratings "${folder}/bad.csv")
recommend_fails(1 "user column" --ratings "${folder}/unnamed.csv")
recommend_fails(1 "price" --ratings "${ratings}" --value-column price)
recommend_fails(1 "--user" --ratings "${ratings}" --user nobody)
recommend_fails(1 "--history" --ratings "${ratings}" --history i1,nothing)
recommend_fails(1 "--binarise" --ratings "${ratings}" --binarise 6)
recommend_fails(1 "no_such_titles.csv" --ratings "${ratings}" --titles "${folder}/no_such_titles.csv")
recommend_fails(1 "with times" --ratings "${folder}/comma.csv" --evaluate topn --split temporal)
recommend_fails(1 "k_fold" --ratings "${folder}/one.csv" --mode ratings --evaluate rating)
recommend_fails(1 "no_such_folder" --ratings "${ratings}" --all --out "${folder}/no_such_folder/out.csv")

# --- bad usage: exit 2 ---------------------------------------------------------------------------------------------------

foreach(flag "--top 0" "--top -1" "--k 0" "--k many" "--neighbours 0" "--threads -1" "--seed -1" "--seed x" "--min-support -1"
             "--shrinkage -1" "--folds 1" "--test-size 1" "--mode best" "--model none" "--measure none" "--separator :::" "--all"
             "--out x.csv" "--all --out x.csv --user u1" "--user u1 --history i1" "--evaluate" "--evaluate rating" "--folds 5"
             "--split last" "--test-size .5" "--evaluate topn --user u1" "--evaluate topn --split last --test-size .5"
             "--centring mean" "--mode ratings --weighting bm25" "--mode ratings --model popularity"
             "--model popularity --measure cosine" "--mode ratings --model rp3beta" "--model baseline --explain" "--set k"
             "--set nothing=1" "--set k=many" "--set k=0" "--model baseline --set method=best" "--model buy_again --repeats"
             "stray")
  string(REPLACE " " ";" flags "${flag}")
  recommend_fails(2 "recommend: " --ratings "${ratings}" ${flags})
endforeach()

# --- recommending --------------------------------------------------------------------------------------------------------

recommend(one --ratings "${ratings}" --user u3 --top 4 --explain --json)
expect_fields("${one}" items user fit_seconds score_seconds)
string(JSON user GET "${one}" user)
string(JSON count LENGTH "${one}" items)
string(JSON id GET "${one}" items 0 id)
string(JSON title GET "${one}" items 0 title)
string(JSON because GET "${one}" items 0 because)
string(JSON kind TYPE "${one}" items 0 score)
string(REPLACE "i" "Item, no. " expected "${id}")
if(NOT user STREQUAL "u3" OR NOT count EQUAL 4 OR NOT title STREQUAL expected OR NOT because MATCHES "similar" OR NOT kind STREQUAL "NUMBER")
  message(FATAL_ERROR "unexpected answer:\n${one}")
endif()

# Somebody new: the order of what they have does not count, and they are told why.
recommend(new --ratings "${ratings}" --history i1,i2,i3 --explain --json)
recommend(again --ratings "${ratings}" --history i3,i1,i2 --explain --json)
expect_same("${new}" "${again}")
string(JSON user GET "${new}" user)
string(JSON because GET "${new}" items 0 because)
if(NOT user STREQUAL "new" OR because STREQUAL "")
  message(FATAL_ERROR "unexpected answer:\n${new}")
endif()

# One answer from four separators.
recommend(comma --ratings "${folder}/comma.csv" --json)
foreach(file semicolon.csv tab.tsv colons.dat)
  recommend(other --ratings "${folder}/${file}" --json)
  expect_same("${comma}" "${other}")
endforeach()
recommend(other --ratings "${folder}/tab.tsv" --separator "\\t" --json)
expect_same("${comma}" "${other}")
recommend(titled --ratings "${folder}/comma.csv" --titles "${folder}/titles.csv" --json)
string(JSON title GET "${titled}" items 0 title)
if(NOT title STREQUAL "Why, oh why")
  message(FATAL_ERROR "unexpected title:\n${titled}")
endif()

recommend(skipped --ratings "${folder}/bad.csv" --skip-bad-rows)
recommend(named --ratings "${folder}/unnamed.csv" --user-column name --item-column thing)
recommend(lonely --ratings "${folder}/one.csv")
if(NOT skipped MATCHES "1 bad row passed by" OR NOT lonely MATCHES "1 event of 1 user and 1 item" OR NOT lonely MATCHES "Nothing")
  message(FATAL_ERROR "unexpected text:\n${skipped}\n${lonely}")
endif()

# Every model, measure and mode runs.
foreach(flags "--model item_knn" "--model user_knn --measure jaccard" "--model popularity" "--weighting tfidf" "--weighting bm25"
              "--weighting log" "--k 3 --min-support 2 --shrinkage 10" "--mode ratings" "--mode ratings --centring mean"
              "--mode ratings --centring zscore --model item_knn --measure pearson" "--mode ratings --centring baseline" "--binarise 4")
  string(REPLACE " " ";" flags "${flags}")
  recommend(any --ratings "${ratings}" ${flags} --explain --json)
  string(JSON count LENGTH "${any}" items)
  if(count EQUAL 0)
    message(FATAL_ERROR "recommend ${flags} has nothing to recommend:\n${any}")
  endif()
endforeach()

# --- --all --out ---------------------------------------------------------------------------------------------------------

recommend(all --ratings "${ratings}" --all --out "${folder}/all.csv" --top 4 --json)
expect_fields("${all}" out users recommendations missing fit_seconds score_seconds)
string(JSON users GET "${all}" users)
string(JSON count GET "${all}" recommendations)
file(STRINGS "${folder}/all.csv" lines)
list(LENGTH lines n_lines)
math(EXPR expected "${count} + 1")
if(NOT users EQUAL 40 OR NOT n_lines EQUAL expected)
  message(FATAL_ERROR "${n_lines} lines, expected ${expected}:\n${all}")
endif()
string(JSON score GET "${one}" items 0 score)
string(FIND "${lines}" "u3,1,${id}," at)
if(at EQUAL -1)
  message(FATAL_ERROR "--all does not give u3 what --user u3 gives, ${id} first:\n${lines}")
endif()
recommend(back --ratings "${folder}/all.csv" --value-column score --json)  # what was written can be read
recommend(all --ratings "${ratings}" --all --out "${folder}/all_2.csv" --top 4 --threads 2)
file(SHA256 "${folder}/all.csv" hash)
file(SHA256 "${folder}/all_2.csv" hash_2)
if(NOT hash STREQUAL hash_2)
  message(FATAL_ERROR "--all --out differs with --threads 2")
endif()

# --- measuring: the fields, and the same for any threads and for the same seed -----------------------------------------------

foreach(split stratified strong last temporal)
  set(flags --ratings "${ratings}" --evaluate topn --split ${split} --json)
  recommend(first ${flags} --threads 1)
  expect_fields("${first}" ndcg@10 recall@10 precision@10 map@10 coverage users fit_seconds score_seconds)
  recommend(second ${flags} --threads 2)
  expect_same("${first}" "${second}")
endforeach()
recommend(five --ratings "${ratings}" --evaluate topn --k 5 --test-size .5 --seed 3 --json)
expect_fields("${five}" ndcg@5 recall@5 precision@5 map@5)
recommend(again --ratings "${ratings}" --evaluate topn --k 5 --test-size .5 --seed 3 --json)
expect_same("${five}" "${again}")
recommend(other --ratings "${ratings}" --evaluate topn --k 5 --test-size .5 --seed 4 --json)
string(JSON a GET "${five}" ndcg@5)
string(JSON b GET "${other}" ndcg@5)
if(a STREQUAL b)
  message(FATAL_ERROR "--seed 3 and --seed 4 give the same")
endif()
recommend(text --ratings "${ratings}" --evaluate topn)
if(NOT text MATCHES "popularity")
  message(FATAL_ERROR "a person is not shown popularity beside:\n${text}")
endif()

# Two numbers with the value between them.
function(expect_interval json field)
  string(JSON value GET "${json}" "${field}")
  foreach(end 0 1)
    string(JSON end_${end} GET "${json}" "${field}_interval" ${end})
  endforeach()
  if(NOT end_0 LESS value OR NOT value LESS end_1)
    message(FATAL_ERROR "${field}: ${value} is not between ${end_0} and ${end_1}")
  endif()
endfunction()
expect_interval("${five}" ndcg@5)
string(JSON popular GET "${five}" popularity)
expect_interval("${popular}" ndcg@5)
foreach(shown "NDCG@10 +0\\.[0-9]+ .+ 0\\.[0-9]+ +0\\.[0-9]+ .+ 0\\.[0-9]+" "NDCG@10 is 0\\.[0-9]+ (above|below) popularity's")
  if(NOT text MATCHES "${shown}")
    message(FATAL_ERROR "a person is not shown ${shown}:\n${text}")
  endif()
endforeach()

recommend(first --ratings "${ratings}" --mode ratings --evaluate rating --folds 3 --threads 1 --json)
expect_fields("${first}" rmse mae fit_seconds score_seconds)
expect_interval("${first}" rmse)
string(JSON baseline GET "${first}" baseline)
expect_interval("${baseline}" rmse)
recommend(text --ratings "${ratings}" --mode ratings --evaluate rating)
if(NOT text MATCHES "RMSE +[0-9.]+ .+ [0-9.]+ +[0-9.]+ .+ [0-9.]+")
  message(FATAL_ERROR "a person is not shown RMSE with its interval:\n${text}")
endif()
recommend(second --ratings "${ratings}" --mode ratings --evaluate rating --folds 3 --threads 2 --json)
expect_same("${first}" "${second}")

# --- every model by its name -------------------------------------------------------------------------------------------

foreach(model item_knn user_knn rp3beta buy_again popularity baseline slope_one co_clustering random)
  recommend(one --ratings "${ratings}" --model ${model} --user u3 --top 3 --json)
  string(JSON count LENGTH "${one}" items)
  if(NOT count EQUAL 3)
    message(FATAL_ERROR "${model}: expected three items, found\n${one}")
  endif()
  recommend(first --ratings "${ratings}" --model ${model} --evaluate topn --json --threads 1)
  recommend(second --ratings "${ratings}" --model ${model} --evaluate topn --json --threads 2)
  expect_same("${first}" "${second}")
endforeach()
foreach(model baseline slope_one co_clustering random)
  recommend(one --ratings "${ratings}" --mode ratings --model ${model} --user u3 --top 3 --json)
  recommend(first --ratings "${ratings}" --mode ratings --model ${model} --evaluate rating --json)
  expect_fields("${first}" rmse mae)
endforeach()
recommend(als --ratings "${ratings}" --mode ratings --model baseline --evaluate rating --json)
recommend(sgd --ratings "${ratings}" --mode ratings --model baseline --set method=sgd --set epochs=3 --evaluate rating --json)
string(JSON a GET "${als}" rmse)
string(JSON b GET "${sgd}" rmse)
string(JSON c GET "${sgd}" baseline rmse)
if(a STREQUAL b OR NOT a STREQUAL c)
  message(FATAL_ERROR "--set has no effect, or changes what stands beside: ${a} ${b} ${c}")
endif()

file(REMOVE_RECURSE "${folder}")
