# A thin front for book.py, which does each command's own set-up, and with `python book.py help` lists them.
# Without make: `python book.py build`. Extra arguments go through ARGS, for example: make test ARGS="-k links"
PYTHON ?= $(shell command -v python3 || command -v python)
COMMANDS = test quick formats serve notebooks grade rehearse links bench pins
ROOMS = test-library test-grading test-book test-browser

.PHONY: book help clean $(COMMANDS) $(ROOMS)

book:  ## execute the chapters and write _build/html
	@"$(PYTHON)" book.py build $(ARGS)

help:  ## list the commands
	@"$(PYTHON)" book.py help

$(COMMANDS):
	@"$(PYTHON)" book.py $@ $(ARGS)

$(ROOMS):  ## build the book, then run the tests of one room
	@"$(PYTHON)" book.py test $(subst test-,tests/,$@) $(ARGS)

clean:  ## remove everything that the other commands make
	rm -rf .venv _build standoff.egg-info
