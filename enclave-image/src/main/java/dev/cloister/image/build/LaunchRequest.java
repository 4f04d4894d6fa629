package dev.cloister.image.build;

import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.launch.Account;
import dev.cloister.image.launch.Launcher;
import dev.cloister.image.launch.UserDatabase;
import dev.cloister.image.rootfs.ContainerConfig;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.Node;
import dev.cloister.image.rootfs.PathLookup;
import dev.cloister.image.rootfs.Warning;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What the user wants started; what is left open is as the container image says it. The init starts programs as root in
 * the root directory: for anything else a {@link Launcher} goes into the image.
 *
 * @param arguments the program and its arguments, in place of ENTRYPOINT and CMD together; empty for those
 * @param environment over the image's own
 * @param user in place of USER
 * @param directory in place of WORKDIR
 * @param isServer whether the enclave server is in the image, which then is what is started without {@code arguments}
 */
public record LaunchRequest(
        List<String> arguments,
        Map<String, String> environment,
        Optional<String> user,
        Optional<String> directory,
        boolean isServer) {
    private static final ImagePath LAUNCHER = EnclaveLayer.HOME.resolve("launch");
    private static final String DEFAULT_PATH = Launch.DEFAULT_ENVIRONMENT.getOrDefault("PATH", "");

    /** Whether nothing is asked for but the enclave server. */
    private boolean startsServer() {
        return isServer && arguments.isEmpty();
    }

    /**
     * Decides, and puts into a finished tree what is missing there: the working directory, the launcher.
     *
     * @param config of a container image
     * @throws FormatException when there is no program to start, or user or directory are not in the tree
     */
    Launch resolve(
            FileTree tree, Optional<ContainerConfig> config, Architecture architecture, Consumer<Warning> warnings)
            throws IOException, FormatException {
        if (startsServer() && config.isPresent() && !config.get().arguments().isEmpty()) {
            warnings.accept(new Warning(
                    EnclaveLayer.HOME, "the enclave server is started, not the container image's ENTRYPOINT or CMD"));
        }
        Optional<ContainerConfig> base = startsServer() ? Optional.empty() : config;
        List<String> command = startsServer()
                ? EnclaveLayer.COMMAND
                : !arguments.isEmpty()
                        ? arguments
                        : base.map(ContainerConfig::arguments).orElse(List.of());
        if (command.isEmpty()) {
            throw new FormatException("image: no program to start; give one with --cmd");
        }
        PathLookup files = new PathLookup(tree);
        String where =
                directory.or(() -> base.map(ContainerConfig::workingDirectory)).orElse("");
        String folder = workingDirectory(tree, files, where);
        Optional<String> who = user.or(() -> base.map(ContainerConfig::user)).filter(name -> !name.isEmpty());
        Account account = who.isPresent() ? UserDatabase.of(files).resolve(who.get()) : Account.ROOT;
        Map<String, String> variables = new TreeMap<>(
                base.isPresent() ? Map.of("PATH", DEFAULT_PATH, "HOME", account.home()) : Launch.DEFAULT_ENVIRONMENT);
        base.ifPresent(image -> variables.putAll(image.environment()));
        variables.putAll(environment);
        String program = program(files, folder, command.getFirst(), variables.getOrDefault("PATH", DEFAULT_PATH));
        List<String> started = new ArrayList<>(command);
        if (folder.equals("/") && account.uid() == 0 && account.gid() == 0) {
            started.set(0, program);
        } else {
            byte[] launcher = new Launcher(program, folder, account).encode(architecture);
            tree.overlay(LAUNCHER, new Node.RegularFile(0755, 0, 0, Content.of(launcher)));
            started.addFirst("/" + LAUNCHER.latin1());
        }
        return Launch.of(started, variables);
    }

    /** Absolute, without links; made where it is missing, as Docker does. */
    private static String workingDirectory(FileTree tree, PathLookup files, String where) throws FormatException {
        if (where.isEmpty() || where.equals("/")) {
            return "/";
        }
        demandNoNul(where);
        Optional<ImagePath> path = files.resolve(latin1(where));
        if (path.isEmpty()) {
            return "/";
        }
        if (tree.get(path.get()) instanceof Node.RegularFile) {
            throw new FormatException("image: the working directory '" + path.get() + "' is a file");
        }
        tree.ensureDirectory(path.get(), 0755);
        return "/" + utf8(path.get().latin1());
    }

    /** The program's path; one without a slash is looked for in PATH, as a shell would. */
    private static String program(PathLookup files, String folder, String name, String path) throws FormatException {
        demandNoNul(name);
        if (name.indexOf('/') >= 0) {
            String absolute = name.startsWith("/") ? name : folder + "/" + name;
            demandProgram(files.file(latin1(absolute)), name);
            return name.startsWith("/") || folder.equals("/") ? absolute.replaceFirst("^/+", "/") : name;
        }
        for (String candidate : path.split(":", -1)) {
            String absolute = (candidate.isEmpty() ? folder : candidate) + "/" + name;
            if (absolute.startsWith("/")
                    && files.file(latin1(absolute))
                            .filter(LaunchRequest::isExecutable)
                            .isPresent()) {
                return absolute.replaceFirst("^/+", "/");
            }
        }
        throw new FormatException("image: no program '" + name + "' in its PATH");
    }

    private static void demandProgram(Optional<Node.RegularFile> file, String name) throws FormatException {
        if (file.isEmpty() || !isExecutable(file.get())) {
            throw new FormatException("image: the program '" + name + "' is missing from it, or not executable");
        }
    }

    private static boolean isExecutable(Node.RegularFile file) {
        return (file.permissions() & 0111) != 0;
    }

    private static void demandNoNul(String text) throws FormatException {
        if (text.indexOf('\0') >= 0) {
            throw new FormatException("image: a NUL in the program's name or directory");
        }
    }

    private static String latin1(String text) {
        return ImagePath.latin1(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String utf8(String latin1) {
        return new String(new ImagePath(latin1).bytes(), StandardCharsets.UTF_8);
    }
}
