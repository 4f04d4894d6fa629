/** Enclaves on this machine: the real image, measured and unpacked, in a sandbox instead of a virtual machine. */
@NullMarked
package dev.cloister.local.enclave;

import org.jspecify.annotations.NullMarked;
