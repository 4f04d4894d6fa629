package dev.cloister.enclave.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.cloister.enclave.posix.Directory;
import dev.cloister.enclave.posix.Errno;
import dev.cloister.enclave.posix.FileStatus;
import dev.cloister.enclave.posix.OpenFile;
import dev.cloister.enclave.posix.OpenFlag;
import dev.cloister.enclave.posix.PosixException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * The parent's symbolic links, which are none in the enclave: each is kept as a regular file with the sticky bit whose
 * content is the target.
 *
 * <p>An application is given folders of the synced root to read. It runs beside its own decrypted code, which the parent
 * must never see. A "dataset file" that is a symbolic link to that code would be read by the application as if it were
 * data, and might leave in its output. Forbidding some targets would mean to foresee every place where an application
 * finds its files; here no link exists that anything in the enclave could follow, and what an application sees in its
 * place is a small file. The sticky bit has no meaning on regular files in Linux, and the parent can set it by no
 * request, so every file that has it was made as a link, by this class or by an application that means to.
 */
final class LinkFiles {
    private static final int MODE = FileStatus.STICKY | 0444;
    /** Longest target, in bytes; the kernel's PATH_MAX without its NUL. */
    private static final int MAX_TARGET = 4095;

    private LinkFiles() {}

    static boolean isLink(FileStatus status) {
        return status.isRegular() && status.isSticky();
    }

    /** Makes a link; fails as {@code symlinkat(2)} does. */
    static void make(Directory folder, byte[] name, String target) throws PosixException {
        byte[] content = target.getBytes(UTF_8);
        if (content.length == 0) {
            throw new PosixException(Errno.ENOENT);
        }
        if (target.indexOf(0) >= 0) {
            throw new PosixException(Errno.EINVAL);
        }
        if (content.length > MAX_TARGET) {
            throw new PosixException(Errno.ENAMETOOLONG);
        }
        // Sticky from the first moment on: there is no time at which it could be opened as a file.
        OpenFile file = folder.open(name, OpenFlag.WRITE | OpenFlag.CREATE | OpenFlag.EXCLUSIVE, MODE);
        try (file) {
            ByteBuffer source = ByteBuffer.allocateDirect(content.length).put(content);
            file.write(source.flip(), 0);
        } catch (PosixException e) {
            folder.removeFile(name);
            throw e;
        }
    }

    /** The target of a link of either make; fails as {@code readlinkat(2)} does. */
    static String read(Directory folder, byte[] name) throws PosixException {
        FileStatus status = folder.status(name);
        if (status.isSymbolicLink()) {
            return text(ByteBuffer.wrap(folder.readLink(name, MAX_TARGET)));
        }
        if (!isLink(status)) {
            throw new PosixException(Errno.EINVAL);
        }
        try (OpenFile file = folder.open(name, OpenFlag.READ, 0)) {
            if (!isLink(file.status())) {
                throw new PosixException(Errno.EINVAL);
            }
            ByteBuffer content = ByteBuffer.allocateDirect(MAX_TARGET + 1);
            file.read(content, 0);
            if (!content.hasRemaining()) {
                throw new PosixException(Errno.ENAMETOOLONG);
            }
            return text(content.flip());
        }
    }

    /** EIO for what an application made that is no text: with replaced bytes it could be longer than an answer may be. */
    private static String text(ByteBuffer target) throws PosixException {
        try {
            return UTF_8.newDecoder().decode(target).toString();
        } catch (CharacterCodingException e) {
            throw new PosixException(Errno.EIO);
        }
    }
}
