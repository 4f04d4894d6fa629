/** Data keys out of KMS, over the parent's forwarder and with TLS that ends here. */
@NullMarked
package dev.cloister.enclave.kms;

import org.jspecify.annotations.NullMarked;
