//! Pictures made easier to read, and smaller.

use crate::ports::Luma;

/// Each pixel evened out with its neighbours, by the weights 1, 2, 1 in both directions.
pub fn smoothed(picture: &Luma) -> Luma {
    convolved(picture, &[1, 2, 1])
}

/// What sets a pixel off from its surroundings, made three times as strong (an unsharp mask).
pub fn sharpened(picture: &Luma) -> Luma {
    let soft = convolved(picture, &[1, 4, 6, 4, 1]);
    let pixels = picture.pixels.iter().zip(&soft.pixels);
    Luma {
        pixels: pixels
            .map(|(pixel, soft)| {
                let (pixel, soft) = (i16::from(*pixel), i16::from(*soft));
                u8::try_from((pixel + 3 * (pixel - soft)).clamp(0, 255)).unwrap_or(u8::MAX)
            })
            .collect(),
        ..soft
    }
}

/// How noisy the picture is: the standard deviation of noise in grey levels, about. Edges and slopes
/// count for little (Immerkaer, "Fast noise variance estimation", 1996; the median in place of the mean).
pub fn noise(picture: &Luma) -> u8 {
    // one row in four is enough
    let rows = picture.pixels.chunks_exact((4 * picture.width).max(1));
    let mut counts = [0_usize; 1 + 8 * 255];
    let mut all = 0;
    for rows in rows {
        let mut rows = rows.chunks_exact(picture.width).map(<[u8]>::array_windows);
        let (Some(above), Some(here), Some(below)) = (rows.next(), rows.next(), rows.next()) else {
            continue;
        };
        for ((above, here), below) in above.zip(here).zip(below) {
            let bent = |[a, b, c]: &[u8; 3]| i16::from(*a) - 2 * i16::from(*b) + i16::from(*c);
            let response = bent(above) - 2 * bent(here) + bent(below);
            if let Some(count) = counts.get_mut(usize::from(response.unsigned_abs())) {
                *count += 1;
                all += 1;
            }
        }
    }
    let mut seen = 0;
    let median = counts.iter().position(|count| {
        seen += count;
        2 * seen >= all
    });
    // of a normal distribution half lies within 0.67 standard deviations; the mask makes it 6 times
    // as wide
    u8::try_from(median.unwrap_or(0) / 4).unwrap_or(u8::MAX)
}

/// Half as wide and half as high: each pixel is the mean of four. What has but one row or column
/// stays as it is.
pub fn halved(picture: &Luma) -> Luma {
    let (width, height) = (picture.width / 2, picture.height / 2);
    if width == 0 || height == 0 {
        return picture.clone();
    }
    let mut pixels = Vec::with_capacity(width * height);
    for pair in picture.pixels.chunks_exact(picture.width * 2) {
        let (upper, lower) = pair.split_at(picture.width);
        let columns = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        pixels.extend(columns.map(|(a, b)| {
            let sum: u16 = a.iter().chain(b).map(|pixel| u16::from(*pixel)).sum();
            u8::try_from((sum + 2) / 4).unwrap_or(u8::MAX)
        }));
    }
    Luma {
        width,
        height,
        pixels,
    }
}

/// The picture made so small that it fits, by means of whole blocks; never larger.
pub fn preview(picture: &Luma, most_width: usize, most_height: usize) -> Luma {
    let step = picture
        .width
        .div_ceil(most_width.max(1))
        .max(picture.height.div_ceil(most_height.max(1)))
        .max(1);
    let (width, height) = (picture.width / step, picture.height / step);
    let mut pixels = Vec::with_capacity(width * height);
    for band in picture.pixels.chunks_exact((picture.width * step).max(1)) {
        let rows = || band.chunks_exact(picture.width);
        for column in 0..width {
            let block = rows().flat_map(|row| row.iter().skip(column * step).take(step));
            let sum: usize = block.map(|pixel| usize::from(*pixel)).sum();
            pixels.push(u8::try_from(sum / (step * step)).unwrap_or(u8::MAX));
        }
    }
    Luma {
        width,
        height,
        pixels,
    }
}

/// Means with the weights of an odd number of neighbours, along rows and then along columns. At the
/// edge the outermost pixel stands for what is beyond.
fn convolved<const N: usize>(picture: &Luma, weights: &[u16; N]) -> Luma {
    let (width, total, reach) = (picture.width, weights.iter().sum::<u16>(), N / 2);
    if width == 0 {
        return picture.clone();
    }
    let mut along = Vec::with_capacity(picture.pixels.len());
    let mut line: Vec<u8> = Vec::with_capacity(width + 2 * reach);
    for row in picture.pixels.chunks_exact(width) {
        let (first, last) = (row.first(), row.last());
        line.clear();
        line.extend(first.into_iter().cycle().take(reach));
        line.extend(row);
        line.extend(last.into_iter().cycle().take(reach));
        along.extend(line.array_windows::<N>().map(|around| {
            let sum: u16 = around
                .iter()
                .zip(weights)
                .map(|(p, w)| u16::from(*p) * w)
                .sum();
            u8::try_from(sum / total).unwrap_or(u8::MAX)
        }));
    }
    let rows: Vec<&[u8]> = along.chunks_exact(width).collect();
    let mut pixels = Vec::with_capacity(along.len());
    let mut sums = vec![0_u16; width];
    for number in 0..rows.len() {
        sums.fill(0);
        for (offset, weight) in weights.iter().enumerate() {
            let there = (number + offset).saturating_sub(reach).min(rows.len() - 1);
            let row = rows.get(there).copied().unwrap_or_default();
            for (sum, pixel) in sums.iter_mut().zip(row) {
                *sum += u16::from(*pixel) * weight;
            }
        }
        pixels.extend(
            sums.iter()
                .map(|sum| u8::try_from(sum / total).unwrap_or(u8::MAX)),
        );
    }
    Luma {
        width,
        height: picture.height,
        pixels,
    }
}
