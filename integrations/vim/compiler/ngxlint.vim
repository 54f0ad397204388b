" :compiler ngxlint, then :make (all configuration) or :make % (this file); findings are in the quickfix list.
if exists('current_compiler')
  finish
endif
let current_compiler = 'ngxlint'

CompilerSet makeprg=ngxlint\ check\ --format\ concise\ --quiet\ --no-progress\ --color\ never
" %t takes the first letter: error, warning, note.
CompilerSet errorformat=%f:%l:%c:\ %trror:\ %m,%f:%l:%c:\ %tarning:\ %m,%f:%l:%c:\ %tote:\ %m,%-G%.%#
