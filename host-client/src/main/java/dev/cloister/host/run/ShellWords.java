package dev.cloister.host.run;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits text into words as a POSIX shell does: at blanks, with single quotes, double quotes and backslashes, and
 * without any expansion.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_02">POSIX, Quoting</a>
 */
final class ShellWords {
    private final String text;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int next;

    private ShellWords(String text) {
        this.text = text;
    }

    /**
     * The words of a text.
     *
     * @throws IllegalArgumentException when a quote or a backslash is left open, with a message fit for the user
     */
    static List<String> split(String text) {
        return new ShellWords(text).split();
    }

    private List<String> split() {
        while (next < text.length()) {
            char c = text.charAt(next++);
            switch (c) {
                case ' ', '\t', '\n' -> endWord();
                case '\'' -> singleQuoted();
                case '"' -> doubleQuoted();
                case '\\' -> escaped();
                default -> add(c);
            }
        }
        endWord();
        return List.copyOf(words);
    }

    private void singleQuoted() {
        int end = text.indexOf('\'', next);
        if (end < 0) {
            throw new IllegalArgumentException("a single quote is not closed in: " + text);
        }
        inWord = true;
        word.append(text, next, end);
        next = end + 1;
    }

    private void doubleQuoted() {
        inWord = true;
        while (next < text.length()) {
            char c = text.charAt(next++);
            if (c == '"') {
                return;
            }
            // Within double quotes a backslash is an ordinary character except before these.
            if (c == '\\' && next < text.length() && "$`\"\\\n".indexOf(text.charAt(next)) >= 0) {
                escaped();
            } else {
                word.append(c);
            }
        }
        throw new IllegalArgumentException("a double quote is not closed in: " + text);
    }

    private void escaped() {
        if (next == text.length()) {
            throw new IllegalArgumentException("a backslash ends: " + text);
        }
        char c = text.charAt(next++);
        if (c != '\n') {
            add(c);
        }
    }

    private void add(char c) {
        inWord = true;
        word.append(c);
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }
}
