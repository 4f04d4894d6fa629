/** The walls around a process: namespaces, system call filter, resource limits. */
@NullMarked
package dev.cloister.enclave.sandbox;

import org.jspecify.annotations.NullMarked;
