package dev.cloister.image.inspect;

import dev.cloister.cli.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One thing that is not the same in two images.
 *
 * @param place such as {@code rootfs/etc/hosts} or {@code cmdline}
 * @param what such as {@code mode}
 * @param before in the first image; empty where there is nothing to show
 * @param after in the second image
 * @param registers those that it makes differ; empty for what is not measured
 */
public record Difference(String place, String what, String before, String after, List<String> registers) {
    public Difference {
        place = Printable.of(place);
        what = Printable.of(what);
        before = Printable.of(before);
        after = Printable.of(after);
        registers = List.copyOf(registers);
    }

    /** For people, on one line. */
    public String line() {
        String change = before.isEmpty() && after.isEmpty() ? what : what + " " + before + " -> " + after;
        return place + ": " + change
                + (registers.isEmpty() ? " (not measured)" : " (" + String.join(", ", registers) + ")");
    }

    /** For {@code --json}. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("Place", place);
        map.put("What", what);
        map.put("Before", before);
        map.put("After", after);
        map.put("Registers", registers);
        return map;
    }
}
