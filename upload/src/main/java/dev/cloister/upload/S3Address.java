package dev.cloister.upload;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An object's place, spelt {@code s3://BUCKET/KEY}; a key that ends in a slash takes the file's name behind it. */
public record S3Address(String bucket, String key) {
    private static final Pattern FORM = Pattern.compile("s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(\\P{Cc}{0,1024})");

    /**
     * Reads an address.
     *
     * @param fileName what the object is called where the address ends in a slash
     * @throws IllegalArgumentException when it is none
     */
    public static S3Address parse(String text, String fileName) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not of the form s3://BUCKET/KEY: " + text);
        }
        String key = matcher.group(2);
        return new S3Address(matcher.group(1), key.isEmpty() || key.endsWith("/") ? key + fileName : key);
    }

    /** The place of a file that goes with this one, such as {@code image.eif.json} with {@code image.eif}. */
    public S3Address withSuffix(String suffix) {
        return new S3Address(bucket, key + suffix);
    }

    @Override
    public String toString() {
        return "s3://" + bucket + "/" + key;
    }
}
