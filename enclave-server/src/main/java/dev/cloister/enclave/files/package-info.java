/**
 * The file service: the synced folder, served to the parent instance over {@link dev.cloister.protocol.sync}.
 *
 * <p>The parent is the attacker. Three walls stand between its requests and whatever else the enclave holds:
 *
 * <ol>
 *   <li>The service is a process of its own, unprivileged, in a mount namespace that holds a Java runtime and the synced
 *       folder. Where nothing else exists, no mistake in here can reach it.
 *   <li>Paths are resolved a name at a time from the folder's own descriptor, and no step follows a symbolic link
 *       ({@link dev.cloister.enclave.files.SyncedFolder}), so that a race between a check and its use is lost by the
 *       attacker.
 *   <li>The parent cannot make a symbolic link at all ({@link dev.cloister.enclave.files.LinkFiles}), so that an
 *       application which reads the folder, and may reach more than the folder, is not led anywhere.
 * </ol>
 */
@NullMarked
package dev.cloister.enclave.files;

import org.jspecify.annotations.NullMarked;
