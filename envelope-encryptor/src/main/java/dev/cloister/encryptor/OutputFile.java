package dev.cloister.encryptor;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A file that is there whole or not at all: it is written beside its place and moved there by {@link #keep}. Without
 * that, closing deletes it, and so does the end of the process, by a signal too.
 */
final class OutputFile implements AutoCloseable {
    private final Path place;
    private final Path draft;
    private final Thread cleaner;

    private OutputFile(Path place, Path draft) {
        this.place = place;
        this.draft = draft;
        this.cleaner = new Thread(() -> {
            try {
                Files.deleteIfExists(draft);
            } catch (IOException e) {
                // The process is ending; nobody is left to be told.
            }
        });
    }

    /**
     * Prepares a file.
     *
     * @param apartFrom a directory that it may not lie in
     */
    static OutputFile at(Path place, Path apartFrom) throws CommandException, IOException {
        Path absolute = place.toAbsolutePath();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null || Files.isDirectory(absolute)) {
            throw new CommandException(ExitStatus.FAILED, place + " is a directory", "give -o the name of a file");
        }
        if (!Files.isDirectory(parent)) {
            throw new CommandException(
                    ExitStatus.FAILED, "there is no directory " + parent + " for the package", "create it first");
        }
        if (parent.toRealPath().startsWith(apartFrom.toRealPath())) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "the package would lie inside the directory it is made of",
                    "give -o a place outside " + apartFrom);
        }
        Path draft = parent.resolve("." + name + "." + ProcessHandle.current().pid() + ".part");
        OutputFile file = new OutputFile(absolute, draft);
        Runtime.getRuntime().addShutdownHook(file.cleaner);
        return file;
    }

    OutputStream open() throws IOException {
        return Files.newOutputStream(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Where the content is before it is kept. */
    Path draft() {
        return draft;
    }

    /** Moves the file to its place, over whatever is there. */
    void keep() throws IOException {
        Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(cleaner);
        Files.deleteIfExists(draft);
    }
}
