;;; ngxlint.el --- Run ngxlint and visit what it finds -*- lexical-binding: t -*-

;;; Commentary:

;; M-x ngxlint lints all nginx configuration below a folder; next-error (C-x `) visits one finding after the other.

;;; Code:

(require 'compile)

(defconst ngxlint-line
  '(ngxlint
    "^\\(.+?\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\|\\(note\\)\\): "
    1 2 3 (4 . 5))
  "A finding of --format concise.")

(add-to-list 'compilation-error-regexp-alist-alist ngxlint-line)
(add-to-list 'compilation-error-regexp-alist 'ngxlint)

(define-compilation-mode ngxlint-mode "ngxlint"
  "Findings of ngxlint."
  (setq-local compilation-error-regexp-alist '(ngxlint))
  ;; Notes are visited, too.
  (setq-local compilation-skip-threshold 0)
  ;; Columns count characters: a tab is one.
  (setq-local compilation-error-screen-columns nil))

;;;###autoload
(defun ngxlint (folder)
  "Lint the nginx configuration in FOLDER."
  (interactive "DLint folder: ")
  (let ((default-directory (file-name-as-directory (expand-file-name folder))))
    (compilation-start "ngxlint check --format concise --no-progress --color never" #'ngxlint-mode)))

(provide 'ngxlint)
;;; ngxlint.el ends here
