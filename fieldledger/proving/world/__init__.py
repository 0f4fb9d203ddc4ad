"""A world to prove the engine in: everything that can go wrong goes wrong, from one seed.

The engine is the real one, on real SQL. Around it stand a virtual clock, a network that loses and
doubles, Web Connectors that die and wake up again, strict company files and the people who work in
them and in the office. One thread moves it all, so the same seed is the same run.
"""
