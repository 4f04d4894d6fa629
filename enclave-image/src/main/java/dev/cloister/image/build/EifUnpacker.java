package dev.cloister.image.build;

import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.cpio.CpioReader;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.HostNames;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.Warning;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Unpacks the application of an image into a folder, as the kernel would into memory. An image may be hostile: nothing
 * is created outside the folder, because a file is only put into a directory that the image itself brought, never
 * through a link. Permissions and links are kept. Set-user-id and set-group-id bits are not, since outside an enclave
 * they would lend rights of this machine; owners are, where this process may give files away.
 */
public final class EifUnpacker {
    private static final ImagePath ROOTFS = ImagePath.of("rootfs");
    private static final ImagePath COMMAND = ImagePath.of("cmd");
    private static final ImagePath ENVIRONMENT = ImagePath.of("env");

    /** Of the two small files that say what to start. */
    private static final int MAX_LAUNCH_FILE = 1 << 20;

    private static final int SMALL_FILE = 1 << 16;
    private static final int KEPT_PERMISSIONS = 01777;

    private final Path folder;
    private final boolean isRoot;
    private final Consumer<Warning> warnings;
    private final NavigableMap<ImagePath, CpioEntry> directories = new TreeMap<>();
    private final Map<ImagePath, FileRegion> launchFiles = new HashMap<>();
    private final byte[] buffer = new byte[SMALL_FILE];

    private EifUnpacker(Path folder, boolean isRoot, Consumer<Warning> warnings) {
        this.folder = folder;
        this.isRoot = isRoot;
        this.warnings = warnings;
    }

    /**
     * Measures an image and unpacks its application's ramdisks.
     *
     * @param folder empty, and reachable by nobody who must not see the image; {@code rootfs/} comes to lie in it
     * @param warnings told of devices and pipes, which are left out
     * @throws FormatException when the image or an archive in it breaks a rule; the folder then holds a part of it
     */
    public static UnpackedImage unpack(Path image, Path folder, Consumer<Warning> warnings)
            throws IOException, FormatException {
        try (EifFile eif = EifFile.open(image)) {
            Measurements measurements = eif.measure();
            boolean isRoot = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
            EifUnpacker unpacker = new EifUnpacker(folder, isRoot, warnings);
            for (FileRegion ramdisk : eif.ramdisks().stream().skip(1).toList()) {
                unpacker.unpack(ramdisk);
            }
            unpacker.finishDirectories();
            if (!unpacker.directories.containsKey(ROOTFS)) {
                throw new FormatException("image: no root filesystem in its application's ramdisks");
            }
            return new UnpackedImage(
                    folder.resolve("rootfs"), unpacker.lines(COMMAND), unpacker.environment(), measurements);
        }
    }

    private void unpack(FileRegion ramdisk) throws IOException, FormatException {
        CpioReader reader = new CpioReader(ramdisk);
        for (CpioEntry entry = reader.next(); entry != null; entry = reader.next()) {
            ImagePath path = entry.path();
            if (path.equals(COMMAND) || path.equals(ENVIRONMENT)) {
                launchFiles.put(path, (FileRegion) entry.data());
                continue;
            }
            if (path.hasParent() && !directories.containsKey(path.parent())) {
                throw new FormatException("cpio: '" + path + "' lies in no directory of the archive");
            }
            create(entry);
        }
    }

    private void create(CpioEntry entry) throws IOException, FormatException {
        Path file = HostNames.resolve(folder, entry.path());
        switch (entry.type()) {
            case CpioEntry.DIRECTORY -> {
                if (directories.put(entry.path(), entry) == null) {
                    Files.createDirectory(file);
                }
                return;
            }
            case CpioEntry.REGULAR -> {
                write(file, (FileRegion) entry.data());
                Files.setAttribute(file, "unix:mode", entry.permissions() & KEPT_PERMISSIONS);
            }
            case CpioEntry.SYMLINK -> Files.createSymbolicLink(file, HostNames.target(CpioReader.target(entry)));
            default -> {
                warnings.accept(new Warning(entry.path(), "left out, a device, socket or pipe"));
                return;
            }
        }
        giveAway(file, entry);
    }

    private void write(Path file, FileRegion data) throws IOException {
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            if (data.size() <= buffer.length) {
                data.read(0, buffer, (int) data.size());
                for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, (int) data.size()); bytes.hasRemaining(); ) {
                    out.write(bytes);
                }
                return;
            }
            for (long done = 0; done < data.size(); ) {
                done += data.channel().transferTo(data.offset() + done, data.size() - done, out);
            }
        }
    }

    /** Directories get their permissions last and from the leaves up, since one may forbid writing. */
    private void finishDirectories() throws IOException {
        for (Map.Entry<ImagePath, CpioEntry> directory :
                directories.descendingMap().entrySet()) {
            Path path = HostNames.resolve(folder, directory.getKey());
            giveAway(path, directory.getValue());
            Files.setAttribute(path, "unix:mode", directory.getValue().permissions() & KEPT_PERMISSIONS);
        }
    }

    private void giveAway(Path file, CpioEntry entry) throws IOException {
        if (isRoot && (entry.uid() != 0 || entry.gid() != 0)) {
            Files.setAttribute(file, "unix:uid", entry.uid(), LinkOption.NOFOLLOW_LINKS);
            Files.setAttribute(file, "unix:gid", entry.gid(), LinkOption.NOFOLLOW_LINKS);
        }
    }

    private Map<String, String> environment() throws IOException, FormatException {
        Map<String, String> environment = new LinkedHashMap<>();
        for (String line : lines(ENVIRONMENT)) {
            int equals = line.indexOf('=');
            if (equals <= 0) {
                throw new FormatException("image: a line of 'env' is not NAME=VALUE");
            }
            environment.put(line.substring(0, equals), line.substring(equals + 1));
        }
        return environment;
    }

    private List<String> lines(ImagePath path) throws IOException, FormatException {
        @Nullable FileRegion region = launchFiles.get(path);
        if (region == null || region.size() > MAX_LAUNCH_FILE) {
            throw new FormatException("image: '" + path + "' is missing or too large");
        }
        String text = new String(region.readAll(MAX_LAUNCH_FILE), StandardCharsets.UTF_8);
        if (!text.isEmpty() && !text.endsWith("\n")) {
            throw new FormatException("image: the last line of '" + path + "' has no end");
        }
        return text.isEmpty()
                ? List.of()
                : List.of(text.substring(0, text.length() - 1).split("\n", -1));
    }
}
