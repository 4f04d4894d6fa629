package dev.cloister.image.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.OutputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The files that one command writes: all of them come to their places, or none does. */
final class OutputFiles implements AutoCloseable {
    private final Map<Path, OutputFile> files = new LinkedHashMap<>();

    /**
     * Prepares a further file.
     *
     * @throws CommandException when it cannot lie there, or another of these files does
     */
    OutputFile add(Path place) throws CommandException {
        Path normal = place.toAbsolutePath().normalize();
        if (files.containsKey(normal)) {
            throw new CommandException(
                    ExitStatus.USAGE, "two outputs would be written to " + place, "give each a file of its own", null);
        }
        OutputFile file = OutputFile.at(place);
        files.put(normal, file);
        return file;
    }

    /** Moves all to their places, in the order in which they were added; when one cannot be moved, none is there. */
    void keep() throws IOException {
        List<Path> kept = new ArrayList<>();
        try {
            for (Map.Entry<Path, OutputFile> file : files.entrySet()) {
                file.getValue().keep();
                kept.add(file.getKey());
            }
        } catch (IOException e) {
            for (Path place : kept) {
                Files.deleteIfExists(place);
            }
            throw e;
        }
    }

    /** Deletes what was not kept. */
    @Override
    public void close() throws IOException {
        for (OutputFile file : files.values()) {
            file.close();
        }
    }
}
