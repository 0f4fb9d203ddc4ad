"""The help: chapters in plain words, the glossary, and what every code means and asks for."""
