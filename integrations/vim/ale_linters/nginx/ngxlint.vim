" For ALE (https://github.com/dense-analysis/ale): lints what is in the buffer, saved or not, in the tree that the file
" belongs to.
call ale#Set('nginx_ngxlint_executable', 'ngxlint')

function! ale_linters#nginx#ngxlint#Handle(buffer, lines) abort
  let l:pattern = '\v^(.{-1,}):(\d+):(\d+): (error|warning|note): (.*) \[(\S+)\]$'
  let l:types = {'error': 'E', 'warning': 'W', 'note': 'I'}
  let l:found = []
  for l:match in ale#util#GetMatches(a:lines, l:pattern)
    call add(l:found, {
    \   'filename': l:match[1], 'lnum': str2nr(l:match[2]), 'col': str2nr(l:match[3]),
    \   'type': l:types[l:match[4]], 'text': l:match[5], 'code': l:match[6],
    \ })
  endfor
  return l:found
endfunction

call ale#linter#Define('nginx', {
\   'name': 'ngxlint',
\   'executable': {b -> ale#Var(b, 'nginx_ngxlint_executable')},
\   'command': '%e check - --stdin-filename %s --format concise --quiet --no-progress',
\   'callback': 'ale_linters#nginx#ngxlint#Handle',
\ })
