package dev.cloister.encryptor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An object's place, spelt {@code s3://BUCKET/KEY}; a key that ends in a slash takes the file's name behind it. */
record S3Address(String bucket, String key) {
    private static final Pattern FORM = Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.{0,1024})");

    static S3Address parse(String text, String fileName) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not of the form s3://BUCKET/KEY: " + text);
        }
        String key = matcher.group(2);
        return new S3Address(matcher.group(1), key.isEmpty() || key.endsWith("/") ? key + fileName : key);
    }

    @Override
    public String toString() {
        return "s3://" + bucket + "/" + key;
    }
}
