/** Strict reading of small YAML files. */
@NullMarked
package dev.cloister.enclave.yaml;

import org.jspecify.annotations.NullMarked;
