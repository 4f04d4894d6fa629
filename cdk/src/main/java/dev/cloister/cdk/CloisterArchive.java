package dev.cloister.cdk;

/**
 * The copy of Cloister that a host installs.
 *
 * @param path {@code s3://BUCKET/KEY} or {@code BUCKET/KEY}, readable for the host
 * @param sha256 its checksum; an instance on which it is another one does not come up
 */
public record CloisterArchive(String path, String sha256) {}
