package dev.cloister.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A guide of the runbook. Its blocks of commands are marked {@code bash} (run anywhere), {@code bash aws} (not without
 * AWS) or {@code bash local} (not on AWS).
 */
record Guide(String name, String text) {
    private static final Pattern BLOCK =
            Pattern.compile("^```bash ?(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    /** One block of commands; {@code where} is empty, {@code aws} or {@code local}. */
    record Block(String where, String commands, String lineBefore) {}

    static Guide read(String name) throws IOException {
        return new Guide(name, Files.readString(folder().resolve(name + ".md")));
    }

    static Path folder() {
        return SharedStage.home().resolve("runbook");
    }

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        for (Matcher block = BLOCK.matcher(text); block.find(); ) {
            String before = text.substring(0, block.start()).stripTrailing();
            int paragraph = before.lastIndexOf("\n\n");
            blocks.add(new Block(block.group(1), block.group(2), before.substring(paragraph + 2)));
        }
        return blocks;
    }

    /** What a reader types who has no AWS account, as one script. */
    String localScript() {
        StringBuilder script = new StringBuilder("set -euo pipefail\n");
        for (Block block : blocks()) {
            if (!block.where().equals("aws")) {
                script.append(block.commands()).append('\n');
            }
        }
        return script.toString();
    }
}
