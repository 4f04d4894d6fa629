package dev.cloister.cli;

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
public final class OutputFile implements AutoCloseable {
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

    /** Prepares a file in a directory that exists. */
    public static OutputFile at(Path place) throws CommandException {
        Path absolute = place.toAbsolutePath();
        Path name = absolute.getFileName();
        if (name == null || Files.isDirectory(absolute)) {
            throw new CommandException(ExitStatus.FAILED, place + " is a directory", "give the name of a file");
        }
        Path parent = absolute.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new CommandException(ExitStatus.FAILED, "there is no directory " + parent, "create it first");
        }
        Path draft = parent.resolve("." + name + "." + ProcessHandle.current().pid() + ".part");
        OutputFile file = new OutputFile(absolute, draft);
        Runtime.getRuntime().addShutdownHook(file.cleaner);
        return file;
    }

    /**
     * Prepares a file that is made of a directory's content, and therefore may not lie in it.
     *
     * @param source the directory
     */
    public static OutputFile apartFrom(Path source, Path place) throws CommandException, IOException {
        Path parent = place.toAbsolutePath().getParent();
        if (parent != null && Files.isDirectory(parent) && parent.toRealPath().startsWith(source.toRealPath())) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    place + " would lie inside the directory it is made of",
                    "give -o a place outside " + source);
        }
        return at(place);
    }

    /** The stream that writes it; closed before it is kept. */
    public OutputStream open() throws IOException {
        return Files.newOutputStream(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    /** Where the content is before it is kept. */
    public Path draft() {
        return draft;
    }

    /** Moves the file to its place, over whatever is there. */
    public void keep() throws IOException {
        Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        Runtime.getRuntime().removeShutdownHook(cleaner);
        Files.deleteIfExists(draft);
    }
}
