#pragma once

/// @file
/// What can be seen of the shared library.

/// What a program that links permdelta may use. Everything else in the shared library is hidden, so
/// that it can change, and so that two versions in one process do not meet.
#define PERMDELTA_EXPORT __attribute__((visibility("default")))
