/**
 * File access relative to open directories, through the C library. The JDK has no descriptor-relative resolution of its
 * own that this could rest on: its {@code SecureDirectoryStream} opens directories without {@code O_PATH}, and neither
 * links, changes owners nor pages through large directories.
 */
@NullMarked
package dev.cloister.enclave.posix;

import org.jspecify.annotations.NullMarked;
