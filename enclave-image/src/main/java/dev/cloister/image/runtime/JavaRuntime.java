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
     * The enclave server's modules: what {@code jdeps --print-module-deps} says of its jars, which are the AWS SDK for
     * KMS with the Apache client, Bouncy Castle, Tink, zstd, and ours.
     */
    static final Set<String> DEFAULT_MODULES =
            Set.of("java.base", "java.compiler", "java.desktop", "java.management", "java.naming", "java.sql");

    /** Needed at run time without being named by any class: EC for TLS, logging, Unsafe for Tink, zip file systems. */
    private static final Set<String> ALWAYS =
            Set.of("java.logging", "java.security.jgss", "jdk.crypto.ec", "jdk.unsupported", "jdk.zipfs");

    private JavaRuntime() {}

    /**
     * The modules that a folder's jars need.
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
        modules.addAll(ALWAYS);
        return modules;
    }

    /** The modules of an enclave server, when its jars are not at hand. */
    public static SortedSet<String> defaultModules() {
        SortedSet<String> modules = new TreeSet<>(DEFAULT_MODULES);
        modules.addAll(ALWAYS);
        return modules;
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
                        "--compress=zip-0"));
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
