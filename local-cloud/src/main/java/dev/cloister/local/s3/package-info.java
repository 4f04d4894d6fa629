/** The object store, which is s3proxy run in this process. */
@NullMarked
package dev.cloister.local.s3;

import org.jspecify.annotations.NullMarked;
