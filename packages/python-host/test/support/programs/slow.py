"""A warm-up without an end."""

import time


def warm_up():
    print("this takes a while", flush=True)
    while True:
        time.sleep(60)
