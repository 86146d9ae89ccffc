# SPDX-License-Identifier: MIT
# Writes OUT, the body of src/storage/schema.hpp: FOLDER has a file NN-what-it-is-for.sql for each step, and beside it
# NN-what-it-is-for.postgresql.sql where PostgreSQL needs another text.
function(as_array file name)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  set(texts "${texts}const char ${name}[] = {${bytes}'\\0'};\n" PARENT_SCOPE)
endfunction()

file(GLOB files ${FOLDER}/*.sql)
list(FILTER files EXCLUDE REGEX "\\.postgresql\\.sql$")
list(SORT files)
foreach(file ${files})
  get_filename_component(step ${file} NAME_WLE)
  string(REGEX MATCH "^0*([0-9]+)-(.*)$" matched ${step})
  set(number ${CMAKE_MATCH_1})
  string(REPLACE "-" " " name ${CMAKE_MATCH_2})
  as_array(${file} sqlite_${number})
  set(other sqlite_${number})
  if(EXISTS ${FOLDER}/${step}.postgresql.sql)
    set(other postgresql_${number})
    as_array(${FOLDER}/${step}.postgresql.sql ${other})
  endif()
  string(APPEND steps "        SchemaStep{${number}, \"${name}\", sqlite_${number}, ${other}},\n")
endforeach()
file(WRITE ${OUT} "#include \"schema.hpp\"\n\n#include <array>\n\nnamespace stagedoor::storage {\n\nnamespace {\n\n${texts}\n"
     "} // namespace\n\nstd::span<const SchemaStep> schema_steps() {\n    static constexpr std::array steps{\n${steps}    };\n"
     "    return steps;\n}\n\n} // namespace stagedoor::storage\n")
