# SPDX-License-Identifier: MIT
# Writes OUT, the body of src/storage/schema.hpp: FOLDER has a file NN-what-it-is-for.sql for each step. What stands behind
# a line `-- PostgreSQL` is that engine's text; without the line both engines read the same.
set(divider "\n-- PostgreSQL\n")

function(as_array text name)
  string(HEX "${text}" hex)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  set(texts "${texts}const char ${name}[] = {${bytes}'\\0'};\n" PARENT_SCOPE)
endfunction()

file(GLOB files ${FOLDER}/*.sql)
list(SORT files)
foreach(file ${files})
  get_filename_component(step ${file} NAME_WLE)
  string(REGEX MATCH "^0*([0-9]+)-(.*)$" matched ${step})
  set(number ${CMAKE_MATCH_1})
  string(REPLACE "-" " " name ${CMAKE_MATCH_2})
  file(READ ${file} text)
  set(postgresql sqlite_${number})
  string(FIND "${text}" "${divider}" end)
  if(end GREATER_EQUAL 0)
    string(SUBSTRING "${text}" ${end} -1 other)
    string(SUBSTRING "${text}" 0 ${end} text)
    set(postgresql postgresql_${number})
    as_array("${other}" ${postgresql})
  endif()
  as_array("${text}" sqlite_${number})
  string(APPEND steps "        SchemaStep{${number}, \"${name}\", sqlite_${number}, ${postgresql}},\n")
endforeach()
file(WRITE ${OUT} "#include \"schema.hpp\"\n\n#include <array>\n\nnamespace stagedoor::storage {\n\nnamespace {\n\n${texts}\n"
     "} // namespace\n\nstd::span<const SchemaStep> schema_steps() {\n    static constexpr std::array steps{\n${steps}    };\n"
     "    return steps;\n}\n\n} // namespace stagedoor::storage\n")
