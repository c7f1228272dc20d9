"""`python -m adapters_worker`."""

from adapters_worker.run import main

if __name__ == "__main__":
    main()
