# A thin front for book.py, which does each command's own set-up. Without make: `python book.py build`.
# Extra arguments go through ARGS, for example: make test ARGS="-k links"
PYTHON ?= $(shell command -v python3 || command -v python)

.PHONY: book test quick library grading pages browser formats serve notebooks rehearse links bench pins clean

book:   ## execute the chapters and write _build/html
	@"$(PYTHON)" book.py build $(ARGS)

test:   ## build the book, then test everything
	@"$(PYTHON)" book.py test $(ARGS)

quick:  ## build the book, then run the tests that an author needs most
	@"$(PYTHON)" book.py quick $(ARGS)

library grading browser:  ## build the book, then run the tests of one room
	@"$(PYTHON)" book.py test tests/$@ $(ARGS)

pages:  ## the same for the tests of the built book (tests/book)
	@"$(PYTHON)" book.py test tests/book $(ARGS)

formats: ## build the book, then write PDF, EPUB, notebooks with outputs and archives to _build/formats
	@"$(PYTHON)" book.py formats $(ARGS)

serve:  ## show a draft of the book while it is being edited
	@"$(PYTHON)" book.py serve $(ARGS)

notebooks:  ## open the chapters as notebooks in JupyterLab
	@"$(PYTHON)" book.py notebooks $(ARGS)

rehearse:  ## do what Binder does with the last commit, and run every chapter there
	@"$(PYTHON)" book.py rehearse $(ARGS)

links:  ## ask every address outside the book whether it still answers
	@"$(PYTHON)" book.py links

bench:  ## measure builds beside the least that they could take (rounds: ARGS=5)
	@"$(PYTHON)" book.py bench $(ARGS)

pins:   ## renew the exact versions (newer versions: ARGS=--upgrade)
	@"$(PYTHON)" book.py pins $(ARGS)

clean:  ## remove everything that the other commands make
	rm -rf .venv _build standoff.egg-info
