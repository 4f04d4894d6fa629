package dev.cloister.image.runtime;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.spi.ToolProvider;

/**
 * Links a Java runtime that holds only the modules which the enclave server's jars need. Every option is chosen so that
 * one JDK gives the same bytes every time: nothing is compressed, no tool of the machine is called.
 */
public final class JavaRuntime {
    /**
     * The enclave server's modules: {@link #modulesOf} its jars, which are the AWS SDK for KMS with the Apache client,
     * Bouncy Castle, Tink, zstd, and ours.
     */
    private static final Set<String> SERVER_MODULES =
            Set.of("java.base", "java.logging", "java.naming", "java.security.jgss", "jdk.unsupported");

    /**
     * Named by classes of libraries that the enclave server never loads: annotations of Error Prone, pack200 of
     * commons-compress, events of commons-lang, SQL types of Gson and Bouncy Castle. They would double the runtime.
     */
    private static final Set<String> UNUSED = Set.of("java.compiler", "java.desktop", "java.sql");

    private JavaRuntime() {}

    /**
     * The modules that a folder's jars need, but for those that only unused parts of libraries name.
     *
     * @param jars a folder of jars that form one class path
     */
    public static SortedSet<String> modulesOf(Path jars) throws IOException, LinkException {
        List<String> arguments = new ArrayList<>(List.of(
                "--print-module-deps", "--ignore-missing-deps", "--multi-release", "25", "--class-path", jars + "/*"));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(jars, "*.jar")) {
            files.forEach(jar -> arguments.add(jar.toString()));
        }
        String printed = run("jdeps", arguments).strip();
        SortedSet<String> modules = new TreeSet<>(Arrays.asList(printed.split(",")));
        modules.removeAll(UNUSED);
        return modules;
    }

    /** The modules of an enclave server, when its jars are not at hand. */
    public static SortedSet<String> serverModules() {
        return new TreeSet<>(SERVER_MODULES);
    }

    /**
     * Links a runtime.
     *
     * @param output a folder that does not exist yet
     * @param modules root modules; those that they require come with them
     */
    public static void link(Path output, SortedSet<String> modules) throws LinkException {
        run(
                "jlink",
                List.of(
                        "--output",
                        output.toString(),
                        "--add-modules",
                        String.join(",", modules),
                        "--vm=server",
                        "--strip-java-debug-attributes",
                        "--no-header-files",
                        "--no-man-pages",
                        "--compress=zip-0",
                        // It writes down what the running virtual machine happened to have compiled by then.
                        "--disable-plugin=generate-jli-classes"));
    }

    private static String run(String name, List<String> arguments) throws LinkException {
        ToolProvider tool = ToolProvider.findFirst(name)
                .orElseThrow(() -> new LinkException("this Java runtime has no " + name + "; a JDK is needed"));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status = tool.run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
        if (status != 0) {
            throw new LinkException(name + " failed: " + (out + " " + err).strip());
        }
        return out.toString();
    }
}
