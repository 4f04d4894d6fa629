package dev.cloister.image.key;

import java.util.ArrayList;
import java.util.List;

/** The difference between two texts as unified lines. Meant for texts of some hundred lines. */
public final class UnifiedDiff {
    private static final int CONTEXT = 3;

    private UnifiedDiff() {}

    /**
     * One list of lines, each beginning with a blank, a minus or a plus; gaps between changes are a line
     * {@code @@ -A +B @@} with the next line's number before and after. Empty for equal texts.
     */
    public static List<String> of(String before, String after) {
        List<String> lines = script(before.split("\n", -1), after.split("\n", -1));
        boolean[] isShown = new boolean[lines.size()];
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).charAt(0) != ' ') {
                int last = Math.min(lines.size() - 1, i + CONTEXT);
                for (int near = Math.max(0, i - CONTEXT); near <= last; near++) {
                    isShown[near] = true;
                }
            }
        }
        List<String> shown = new ArrayList<>();
        int beforeLine = 1;
        int afterLine = 1;
        for (int i = 0; i < lines.size(); i++) {
            if (isShown[i] && (i == 0 || !isShown[i - 1])) {
                shown.add("@@ -" + beforeLine + " +" + afterLine + " @@");
            }
            if (isShown[i]) {
                shown.add(lines.get(i));
            }
            beforeLine += lines.get(i).charAt(0) == '+' ? 0 : 1;
            afterLine += lines.get(i).charAt(0) == '-' ? 0 : 1;
        }
        return shown;
    }

    /** Every line of both, by the longest common subsequence. */
    private static List<String> script(String[] before, String[] after) {
        int[][] common = new int[before.length + 1][after.length + 1];
        for (int i = before.length - 1; i >= 0; i--) {
            for (int j = after.length - 1; j >= 0; j--) {
                common[i][j] = before[i].equals(after[j])
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        List<String> lines = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < before.length || j < after.length) {
            if (i < before.length && j < after.length && before[i].equals(after[j])) {
                lines.add(" " + before[i++]);
                j++;
            } else if (j == after.length || (i < before.length && common[i + 1][j] >= common[i][j + 1])) {
                lines.add("-" + before[i++]);
            } else {
                lines.add("+" + after[j++]);
            }
        }
        return lines;
    }
}
