package dev.cloister.image.command;

import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.inspect.Difference;
import dev.cloister.image.inspect.ImageDiff;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "diff",
        description =
                "Say what makes two images measure differently: which file, mode, owner, content, command line or "
                        + "section. Ends with 0 when they measure the same, and with 1 when a register differs.",
        sortOptions = false)
final class DiffCommand extends Task {
    @Parameters(index = "0", paramLabel = "IMAGE", description = "The first image.")
    Path first = Path.of("");

    @Parameters(index = "1", paramLabel = "IMAGE", description = "The second image.")
    Path second = Path.of("");

    private boolean differs;

    @Override
    void execute() throws FormatException, IOException {
        ImageDiff diff;
        try (EifFile one = EifFile.open(first);
                EifFile two = EifFile.open(second)) {
            diff = ImageDiff.of(one, two);
        }
        differs = !diff.measuresTheSame();
        if (common.json()) {
            System.out.println(Json.write(toMap(diff)));
        } else {
            print(diff);
        }
    }

    @Override
    int status() {
        return differs ? ExitStatus.FAILED.code() : ExitStatus.DONE.code();
    }

    static void print(ImageDiff diff) {
        for (Difference difference : diff.differences()) {
            System.out.println(difference.line());
        }
        if (diff.count() > diff.differences().size()) {
            System.out.println((diff.count() - diff.differences().size()) + " more differences");
        }
        if (diff.count() == 0) {
            System.out.println("the images are equal");
        } else if (diff.measuresTheSame()) {
            System.out.println("the images measure the same; only parts that are not measured differ");
        } else {
            System.out.println("different registers: " + String.join(", ", diff.registers()));
        }
    }

    static Map<String, Object> toMap(ImageDiff diff) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("MeasuresTheSame", diff.measuresTheSame());
        map.put("Registers", diff.registers());
        map.put("Count", diff.count());
        map.put(
                "Differences",
                diff.differences().stream().map(Difference::toMap).toList());
        return map;
    }
}
