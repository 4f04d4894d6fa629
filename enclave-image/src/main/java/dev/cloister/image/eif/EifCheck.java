package dev.cloister.image.eif;

/**
 * What reading a whole image showed.
 *
 * @param measurements the registers it boots with
 * @param crcMatches whether the checksum in its header is that of its contents
 */
public record EifCheck(Measurements measurements, boolean crcMatches) {}
