package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The runbook's pages: what they say exists, and what they mark is marked in the text, too. */
class RunbookPagesTest {
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]+)(?:#[^)]*)?\\)");
    private static final Pattern COMMAND = Pattern.compile("cloister ((?:[a-z]+-?)+)((?: [a-z][a-z-]*)?)([^`\\n|]*)");
    private static final Pattern OPTION = Pattern.compile("(?<= )(--[a-z][a-z0-9-]+|-[a-z])(?= |=|$|`)");

    @Test
    void links_leadToFiles() throws IOException {
        for (Guide page : pages()) {
            for (Matcher link = LINK.matcher(page.text()); link.find(); ) {
                assertThat(Guide.folder().resolve(link.group(1)))
                        .as(page.name())
                        .exists();
            }
        }
    }

    @Test
    void blocks_areMarkedInTheTextAsInTheirHead() throws IOException {
        for (Guide page : pages()) {
            for (Guide.Block block : page.blocks()) {
                String mark = block.lineBefore();
                switch (block.where()) {
                    case "aws" -> assertThat(mark).as(page.name()).contains("*On AWS");
                    case "local" -> assertThat(mark).as(page.name()).contains("*With the local cloud");
                    case "" -> assertThat(mark).as(page.name()).doesNotContain("*On AWS", "*With the local cloud");
                    default -> throw new AssertionError(page.name() + ": block of kind " + block.where());
                }
            }
        }
    }

    @Test
    void everyGuide_hasADiagram() throws IOException {
        for (Guide page : pages()) {
            if (!page.name().equals("README")) {
                assertThat(page.text()).as(page.name()).contains("```mermaid\n");
            }
        }
    }

    @Test
    void everyGuide_isNamedInTheRunbooksReadme() throws IOException {
        String readme = Guide.read("README").text();
        for (Guide page : pages()) {
            assertThat(readme).contains(page.name().equals("README") ? "# Runbook" : "(" + page.name() + ".md)");
        }
    }

    @Test
    void messages_areThoseOfTheCode() throws IOException {
        String sources = sources();
        int count = 0;
        List<String> missing = new ArrayList<>();
        for (String line : Guide.read("troubleshooting").text().lines().toList()) {
            if (line.startsWith("### `")) {
                count++;
                String message = line.substring(5, line.length() - 1).replace("cloister: error: ", "");
                for (String part : message.split("…|: ", -1)) {
                    if (!part.isBlank() && !sources.contains(part.strip())) {
                        missing.add(part);
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(count).isGreaterThan(20);
    }

    @Test
    void commandsAndOptions_areThoseOfTheCode() throws IOException {
        String sources = sources();
        Set<String> missing = new TreeSet<>();
        for (Guide page : pages()) {
            String text = page.text().replace("\\\n", " ");
            for (Matcher command = COMMAND.matcher(text); command.find(); ) {
                if (!isCommand(sources, command.group(1))) {
                    continue;
                }
                for (Matcher option = OPTION.matcher(command.group(3)); option.find(); ) {
                    if (!sources.contains("\"" + option.group(1) + "\"") && !sources.contains(option.group(1) + ")")) {
                        missing.add(page.name() + ": " + command.group());
                    }
                }
            }
            for (String word : words(page)) {
                if (!isCommand(sources, word)) {
                    missing.add(page.name() + ": cloister " + word);
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    /** The word after {@code cloister} where it begins a line of commands. */
    private static List<String> words(Guide page) {
        return page.blocks().stream()
                .flatMap(block -> block.commands().lines())
                .map(String::strip)
                .filter(line -> line.startsWith("cloister "))
                .map(line -> line.split(" ", -1)[1])
                .toList();
    }

    private static boolean isCommand(String sources, String word) {
        return sources.contains("\n    " + word + ")")
                || sources.contains("\n    " + word + " |")
                || sources.contains(" | " + word + ")")
                || sources.contains(" | " + word + " |");
    }

    private static List<Guide> pages() throws IOException {
        try (Stream<Path> files = Files.list(Guide.folder())) {
            List<Guide> pages = new ArrayList<>();
            for (Path file : files.sorted().toList()) {
                pages.add(Guide.read(file.getFileName().toString().replace(".md", "")));
            }
            return pages;
        }
    }

    /** Everything that speaks to users: Java, the command itself, the host's scripts, the build descriptions. */
    private static String sources() throws IOException {
        StringBuilder all =
                new StringBuilder(Files.readString(SharedStage.home().resolve("cloister")));
        try (Stream<Path> files = Files.walk(SharedStage.home(), 14)) {
            files.filter(Files::isRegularFile)
                    .filter(file -> file.toString()
                            .matches(".*/src/main/(java/.*\\.java|resources/.*/enclaves)|.*/buildspecs/.*\\.yml"))
                    .filter(file -> !file.toString().contains("/target/"))
                    .forEach(file -> all.append(read(file)));
        }
        return all.toString();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
