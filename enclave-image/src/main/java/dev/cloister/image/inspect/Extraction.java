package dev.cloister.image.inspect;

import dev.cloister.image.build.EifUnpacker;
import dev.cloister.image.build.UnpackedImage;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.SectionType;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.rootfs.Warning;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes an image apart. Everything is written into a new folder beside the wanted one, which takes its name when it is
 * complete; a failure leaves nothing.
 */
public final class Extraction {
    private Extraction() {}

    /** Whether a folder is empty or not there. */
    public static boolean isFree(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return true;
        }
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            return !entries.iterator().hasNext();
        }
    }

    /**
     * The sections as they stand in the file.
     *
     * @return the names of the files
     */
    public static List<String> sections(Path image, Path folder) throws IOException, FormatException {
        return into(folder, partial -> {
            List<String> names = new ArrayList<>();
            try (EifFile eif = EifFile.open(image)) {
                eif.measure();
                int ramdisks = 0;
                for (EifSection section : eif.sections()) {
                    String name = section.type() == SectionType.RAMDISK
                            ? "ramdisk-" + ramdisks++
                            : section.type() == SectionType.METADATA
                                    ? "metadata.json"
                                    : section.type().label();
                    write(partial.resolve(name), section.data()::writeTo);
                    names.add(name);
                }
            }
            return names;
        });
    }

    /**
     * The root filesystem as {@code rootfs}, and what is started as {@code cmd} and {@code env}. Nothing is followed, and
     * devices are left out.
     *
     * @return the names of the files and the folder
     */
    public static List<String> tree(Path image, Path folder, Consumer<Warning> warnings)
            throws IOException, FormatException {
        return into(folder, partial -> {
            UnpackedImage unpacked = EifUnpacker.unpack(image, partial, warnings);
            StringBuilder variables = new StringBuilder();
            for (Map.Entry<String, String> variable : unpacked.environment().entrySet()) {
                variables
                        .append(variable.getKey())
                        .append('=')
                        .append(variable.getValue())
                        .append('\n');
            }
            StringBuilder command = new StringBuilder();
            unpacked.arguments().forEach(argument -> command.append(argument).append('\n'));
            List<String> names = new ArrayList<>(List.of("rootfs"));
            for (Map.Entry<String, String> file : Map.of("cmd", command.toString(), "env", variables.toString())
                    .entrySet()) {
                // A hostile image may have put something of this name there.
                Files.writeString(partial.resolve(file.getKey()), file.getValue(), StandardOpenOption.CREATE_NEW);
                names.add(file.getKey());
            }
            names.sort(null);
            return names;
        });
    }

    /** What fills a folder. */
    private interface Filling {
        List<String> fill(Path folder) throws IOException, FormatException;
    }

    private static List<String> into(Path folder, Filling filling) throws IOException, FormatException {
        Path parent = folder.toAbsolutePath().normalize().getParent();
        Path partial = Files.createTempDirectory(
                parent == null ? folder : parent,
                ".extract-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        boolean isDone = false;
        try {
            List<String> names = filling.fill(partial);
            Files.deleteIfExists(folder);
            Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            isDone = true;
            return names;
        } finally {
            if (!isDone) {
                delete(partial);
            }
        }
    }

    private static void write(Path file, Writing writing) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)) {
            writing.to(out);
        }
    }

    /** Something that writes itself. */
    private interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                // An image may hold folders that their owner may not change.
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
